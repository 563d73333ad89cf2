"""The daily comparison with a hospital's own list: every difference is written down, no booking is touched."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.booking import freshness, queries, standing
from fenji.apps.booking.models import Booking, Difference, DifferenceKind, Feed, Reconciliation, Session
from fenji.apps.booking.policies import ZONE
from fenji.apps.common import audit
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.notices.actions import Addressee, notify
from fenji.apps.registry.models import Institution

Kind = DifferenceKind


@dataclass(frozen=True)
class ListedPlace:
    """One place as the hospital has it: `booking_id` as it learned it from us, None where it has no booking."""

    session_code: str
    number: int
    is_booked: bool
    booking_id: UUID | None = None
    is_closed: bool = False
    starts_at: datetime | None = None


@transaction.atomic
def reconcile(
    institution_id: int, day: date, listed: Sequence[ListedPlace], *, by: User | None, at: datetime
) -> Reconciliation:
    """Compare a day of a hospital's list with ours and write down every difference; its office is told of any.

    Raises Invalid for a place listed twice, NotFound for an institution that is not one's own.
    """
    standing.check_can_keep(by, institution_id, at=at)
    if not Institution.objects.filter(pk=institution_id).exists():
        raise NotFound
    if len({(one.session_code, one.number) for one in listed}) != len(listed):
        raise Invalid(fields={"places": _("同一场次的同一个号出现了两次。")})
    done = Reconciliation.objects.create(
        institution_id=institution_id, day=day, compared_at=at, compared_by=by, rows=len(listed)
    )
    found = list(_differences(done, _ours(institution_id, day), listed))
    Difference.objects.bulk_create(found)
    freshness.heard_from(institution_id, "own_list", at=at, reconciled=True)
    audit.record("booking.reconcile", done, by=by, at=at, institution_id=institution_id, details={"found": len(found)})
    if found:
        _tell(done, len(found), at)
    return done


@transaction.atomic
def note_missing_lists(*, at: datetime, day: date) -> int:
    """Hospitals that handed over clinics of a day and sent no list of it: a difference of its own. Returns how many."""
    sent = Reconciliation.objects.filter(day=day).values("institution_id")
    silent = Feed.objects.exclude(institution_id__in=sent)
    done = 0
    for house in silent.filter(institution__sessions__in=_handed_over(day)).distinct().values_list("pk", flat=True):
        missing = Reconciliation.objects.create(institution_id=house, day=day, compared_at=at, rows=0)
        Difference.objects.create(reconciliation=missing, kind=Kind.NO_LIST)
        _tell(missing, 1, at)
        done += 1
    return done


def _handed_over(day: date) -> QuerySet[Session]:
    return Session.objects.filter(**queries.within("starts_at", day), block__isnull=False)


def _ours(institution_id: int, day: date) -> list[Session]:
    found = _handed_over(day).filter(institution_id=institution_id, handed_back_at=None)
    return list(found.prefetch_related("places").order_by("starts_at", "pk"))


def _differences(done: Reconciliation, ours: Iterable[Session], listed: Sequence[ListedPlace]) -> Iterator[Difference]:
    theirs: dict[str, dict[int, ListedPlace]] = {}
    for one in listed:
        theirs.setdefault(one.session_code, {})[one.number] = one
    known = set[str]()
    for session in ours:
        known.add(session.source_code)
        there = theirs.get(session.source_code)
        if there is None:
            yield Difference(reconciliation=done, kind=Kind.SESSION_UNKNOWN_THERE, session=session,
                             session_code=session.source_code)  # fmt: skip
        else:
            yield from _within_session(done, session, there)
    for code in theirs.keys() - known:
        yield Difference(reconciliation=done, kind=Kind.SESSION_UNKNOWN_HERE, session_code=code)


def _within_session(done: Reconciliation, session: Session, there: dict[int, ListedPlace]) -> Iterator[Difference]:
    def differ(kind: DifferenceKind, number: int | None = None, **words: Any) -> Difference:
        return Difference(
            reconciliation=done, kind=kind, session=session, session_code=session.source_code, number=number, **words
        )

    closed_there, closed_here = all(one.is_closed for one in there.values()), session.closed_at is not None
    if closed_there != closed_here:
        yield differ(Kind.CLOSED_THERE if closed_there else Kind.CLOSED_HERE)
    places, bookings = {place.number: place for place in session.places.all()}, _booked(session)
    yield from (differ(Kind.PLACE_UNKNOWN_HERE, number) for number in sorted(there.keys() - places.keys()))
    yield from (differ(Kind.PLACE_UNKNOWN_THERE, number) for number in sorted(places.keys() - there.keys()))
    for number in sorted(places.keys() & there.keys()):
        place, one = places[number], there[number]
        if one.starts_at is not None and one.starts_at != place.starts_at:
            yield differ(Kind.TIMES, number, here=_words(place.starts_at), there=_words(one.starts_at))
        mine = bookings.get(place.pk)
        if kind := _kind_of(mine, one):
            yield differ(kind, number, booking_id=mine or one.booking_id, here=str(mine or ""),
                         there=str(one.booking_id or ""))  # fmt: skip


def _kind_of(mine: UUID | None, one: ListedPlace) -> DifferenceKind | None:
    """How the two disagree about a place; a hospital that knows no number of ours only says that it is booked."""
    if mine is None:
        return Kind.BOOKED_THERE if one.is_booked else None
    if not one.is_booked:
        return Kind.BOOKED_HERE
    return Kind.ANOTHER_BOOKING if one.booking_id not in {None, mine} else None


def _words(at: datetime) -> str:
    return at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")


def _booked(session: Session) -> dict[int, UUID]:
    """Booking by place, of what is booked for good: a hold is not yet the hospital's business."""
    found = Booking.objects.filter(session=session, state__in=["booked", "arrived", "no_show"])
    return dict(found.values_list("place_id", "pk"))


def _tell(done: Reconciliation, count: int, at: datetime) -> None:
    notify(
        "booking.differences", cause=("reconciliation", str(done.pk)),
        to=[Addressee(institution_id=done.institution_id)],
        text=f"{done.day:%Y-%m-%d} 与医院自有清单核对，有 {count} 处不一致，请核实。", at=at,
        once_key=f"reconciliation:{done.pk}",
    )  # fmt: skip
