"""The waiting list made visible: who is where in it, who was served before whom, and why."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fenji.apps.accounts.models import User
from fenji.apps.booking import policies, standing
from fenji.apps.booking.models import EntryState, Offer, OfferState, WaitingEntry
from fenji.apps.booking.offering import IN_ORDER
from fenji.apps.common import audit
from fenji.apps.common.errors import NotFound
from fenji.apps.registry.models import Department

# Why a place went past somebody who was ahead in the list, as it was written down with the offer.
REASONS: dict[str, str | Promise] = {
    "wants_other": _("要的是另一类门诊或检查"),
    "wants_other_physician": _("指定了另一位医生"),
    "wants_other_time": _("不在其登记的期限内"),
    "refused_before": _("此前已谢绝或未答复这个号"),
    "not_open_yet": _("这个号当时尚未对其开放"),
    "booked_there": _("在同一场已有预约"),
    "too_near": _("距就诊太近，来不及答复"),
    "just_taken": _("当时正被他人办理"),
}
LIVING = (EntryState.WAITING, EntryState.OFFERED)
MORE_URGENT, EARLIER = _("更紧急"), _("登记更早")


@dataclass(frozen=True)
class Served:
    """One offer that was made: to whom, for which place, and past whom it went, with the reason in words."""

    offer: Offer
    passed: list[tuple[WaitingEntry, str | Promise]]


def departments_with_lists(institution_id: int) -> list[Department]:
    """An institution's departments for which somebody waits, the longest list first, each with `waiting` people."""
    waits = Count("waiting_entries", filter=Q(waiting_entries__state__in=LIVING))
    found = Department.objects.filter(institution_id=institution_id).annotate(waiting=waits)
    return list(found.filter(waiting__gt=0).order_by("-waiting", "pk"))


def access_entry(user: User, entry_id: UUID, *, at: datetime) -> WaitingEntry:
    """One entry for who may answer for the resident or keeps the department's clinics; the reading is recorded.

    Raises NotFound for everyone else.
    """
    named = WaitingEntry.objects.select_related("resident", "department__institution", "exam_item", "physician")
    entry = named.select_related("entered_by", "exam_order").filter(pk=entry_id).first()
    if entry is None:
        raise NotFound
    house = entry.department.institution_id
    policies.check_can_change(standing.standing_of(user, entry.resident_id, house, at=at))
    audit.record("waiting.read", entry, by=user, at=at, resident_id=entry.resident_id, institution_id=house)
    return entry


def waiting_for(referral_id: UUID) -> QuerySet[WaitingEntry]:
    """What a referral waits for now."""
    found = WaitingEntry.objects.filter(referral_id=referral_id, state__in=LIVING)
    return found.select_related("department__institution", "resident").order_by(*IN_ORDER)


def waits_in(resident_id: UUID, department_id: int) -> bool:
    """Whether the resident waits for any clinic of the department."""
    found = WaitingEntry.objects.filter(resident_id=resident_id, department_id=department_id, state__in=LIVING)
    return found.filter(line="", exam_item=None).exists()


def open_offer(entry: WaitingEntry) -> Offer | None:
    """The place that is kept for it and not yet answered."""
    offers = entry.offers.filter(state=OfferState.OPEN)
    return offers.select_related("place__session__physician", "place__department__institution").first()


def ahead_of(entry: WaitingEntry) -> list[tuple[WaitingEntry, str | Promise]]:
    """Who is served before, in order, each with the reason."""
    before = list(waiting_list(entry.department_id)[: position_of(entry)])
    return [(one, why_before(one, entry)) for one in before]


def waiting_list(department_id: int) -> QuerySet[WaitingEntry]:
    """Who waits for a department, in the order in which they will be served."""
    found = WaitingEntry.objects.filter(department_id=department_id, state__in=LIVING)
    return found.select_related("resident", "exam_item", "physician", "entered_by").order_by(*IN_ORDER)


def position_of(entry: WaitingEntry) -> int:
    """How many are served before; 0 is next."""
    same = Q(urgency_rank=entry.urgency_rank)
    earlier = Q(entered_at__lt=entry.entered_at) | Q(entered_at=entry.entered_at, pk__lt=entry.pk)
    ahead = Q(urgency_rank__lt=entry.urgency_rank) | (same & earlier)
    return waiting_list(entry.department_id).filter(ahead).count()


def entries_of(resident_id: UUID) -> QuerySet[WaitingEntry]:
    """What a resident waits for or waited for, latest first, with the offers made."""
    found = WaitingEntry.objects.filter(resident_id=resident_id).select_related("department__institution", "exam_item")
    return found.prefetch_related("offers__place__session").order_by("-entered_at")


def served(department_id: int, from_at: datetime, until_at: datetime) -> list[Served]:
    """Every offer a department made in [from_at, until_at), in order, with everyone it went past and why."""
    found = Offer.objects.filter(place__department_id=department_id, made_at__gte=from_at, made_at__lt=until_at)
    offers = list(found.select_related("entry__resident", "place__session").order_by("made_at", "pk"))
    named = {UUID(one["entry"]) for offer in offers for one in offer.passed_over}
    entries = WaitingEntry.objects.select_related("resident").in_bulk(named)
    return [Served(offer, _passed(offer, entries)) for offer in offers]


def why_before(first: WaitingEntry, second: WaitingEntry) -> str | Promise:
    """Why `first` was or will be served before `second` of the same list; "" where it was not."""
    for offer in first.offers.order_by("made_at"):
        for one in offer.passed_over:
            if one["entry"] == str(second.pk):
                return REASONS[one["why"]]
    if _key(first) >= _key(second):
        return ""
    return MORE_URGENT if first.urgency_rank < second.urgency_rank else EARLIER


def _passed(offer: Offer, entries: dict[UUID, WaitingEntry]) -> list[tuple[WaitingEntry, str | Promise]]:
    found = [(entries.get(UUID(one["entry"])), REASONS[one["why"]]) for one in offer.passed_over]
    return [(entry, why) for entry, why in found if entry is not None]


def _key(entry: WaitingEntry) -> tuple[object, ...]:
    return entry.urgency_rank, entry.entered_at, entry.pk
