"""Inpatients who could go down (下转建议): found each morning, put to the ward and to a community with room.

Found are those whose readings meet a criterion of the catalogue for going down, and those who are past the days
suggested for their disease. The ward answers yes (the downward referral begins: `referrals.actions.going_down`) or not
yet, with a reason, and is asked again. Nobody is lost: a proposal is open, with a deadline, until answered or until the
patient has left.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.common import audit
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.common.free_text import fault_in
from fenji.apps.contracts.queries import contract_on
from fenji.apps.notices.actions import Addressee, notify
from fenji.apps.registry.errors import NoOffice
from fenji.apps.registry.models import Institution
from fenji.apps.registry.queries import office_of, serving
from fenji.apps.stays import movements, queries, readings, rules, standing
from fenji.apps.stays.errors import NothingSpeaksForIt, Unanswerable
from fenji.apps.stays.models import Proposal, Stay
from fenji.apps.stays.policies import DECIDERS, OBSERVERS, Span
from fenji.kernel.stays import Event, StayState
from fenji.kernel.tiers import PRIMARY_KINDS

State = Proposal.State
REASONS: dict[str, str] = {
    "not_stable": "病情尚不稳定",
    "treatment_not_here": "后续治疗基层做不了",
    "awaiting_result": "等检查或会诊结果",
    "family_declines": "病人或家属不同意",
    "no_room_below": "基层无床或无人接续",
    "discharge_today": "今明两日直接出院",
}
ROOM_FOR = timedelta(days=3)
LEAVES_WITHIN = timedelta(hours=24)  # from being sent down to leaving the bed
NEEDED = ("resident", "institution", "ward__department", "resource")


def propose(*, at: datetime) -> int:
    """Put everybody who could go down to the ward, once an episode while it is open; returns how many are new.

    Only patients with a record here, in hospitals; who was declined is asked again after the rulebook's days.
    """
    lying = Stay.objects.filter(kind="bed", state=StayState.OCCUPIED, resident__isnull=False).exclude(episode="")
    lying = lying.exclude(institution__kind__in=[kind.value for kind in PRIMARY_KINDS])
    close_left(at=at)
    return sum(_propose_one(stay, at) for stay in lying.select_related(*NEEDED))


@transaction.atomic
def propose_now(stay_id: UUID, *, by: User, at: datetime) -> Proposal:
    """The ward does not wait for the morning: the open proposal of this patient, made now if there is none.

    Raises NothingSpeaksForIt where neither criterion nor days speak for going down or the ward declined lately,
    NotFound.
    """
    stay = Stay.objects.filter(pk=stay_id, state=StayState.OCCUPIED).select_related(*NEEDED).first()
    if stay is None:
        raise NotFound
    standing.check_holds(by, stay.institution_id, OBSERVERS, at=at)
    if _propose_one(stay, at):
        audit.record(
            "proposal.make", stay, by=by, at=at, resident_id=stay.resident_id, institution_id=stay.institution_id
        )
    found = Proposal.objects.filter(institution_id=stay.institution_id, episode=stay.episode, state=State.OPEN).first()
    if found is None:
        raise NothingSpeaksForIt
    return found


@transaction.atomic
def close_left(*, at: datetime) -> int:
    """Close what nobody need answer any more: the patient is no longer in the house."""
    lying = Stay.objects.filter(state=StayState.OCCUPIED).exclude(episode="")
    pairs = set(lying.values_list("institution_id", "episode"))
    unanswered = Proposal.objects.filter(state=State.OPEN)
    gone = [one.pk for one in unanswered if (one.institution_id, one.episode) not in pairs]
    return Proposal.objects.filter(pk__in=gone, state=State.OPEN).update(state=State.OVER, answered_at=at)


@transaction.atomic
def decline(proposal_id: UUID, reason: str, note: str, *, by: User, at: datetime) -> Proposal:
    """Not yet, and why; asked again after the rulebook's days. Raises Unanswerable, Invalid, NotFound."""
    if reason not in REASONS:
        raise Invalid(fields={"reason": _("请选择暂不下转的原因。")})
    if fault := fault_in(note):
        raise Invalid(fields={"note": fault})
    proposal = lock(proposal_id)
    standing.check_holds(by, proposal.institution_id, DECIDERS, at=at)
    proposal.reason, proposal.note, proposal.ask_again_at = reason, note[:200], rules.ask_again(at)
    return _answer(proposal, State.DECLINED, by=by, at=at)


def accept(proposal: Proposal, referral_id: UUID, *, by: User, at: datetime) -> Proposal:
    """The ward sends the patient down by this referral; `proposal` is locked, in the caller's transaction."""
    standing.check_holds(by, proposal.institution_id, DECIDERS, at=at)
    proposal.referral_id = referral_id
    return _answer(proposal, State.ACCEPTED, by=by, at=at)


def expect_to_leave(institution_id: int, resident_id: UUID, cause: str, *, by: User | None, at: datetime) -> None:
    """Who is sent down leaves the bed soon: the ward board and whoever waits for it see that. `cause` names it once."""
    lying = queries.inpatients_at(institution_id).filter(resident_id=resident_id).first()
    until = at + LEAVES_WITHIN
    if lying is None or not lying.episode or (lying.expected_at is not None and lying.expected_at <= until):
        return
    form = movements.MovementForm(cause, Event.EXPECT, at, lying.episode, until_at=until)
    movements.record(form, institution_id=institution_id, by=by, at=at, by_hand=True)


def sent_down(institution_id: int, episodes: Collection[str]) -> dict[str, UUID]:
    """Episode → referral of those inpatients whom the ward agreed to send down."""
    found = Proposal.objects.filter(institution_id=institution_id, episode__in=episodes, state=State.ACCEPTED)
    return {one.episode: one.referral_id for one in found if one.referral_id}


def lock(proposal_id: UUID) -> Proposal:
    """An open proposal, locked. Raises Unanswerable, NotFound."""
    found = Proposal.objects.select_for_update(of=("self",), no_key=True).select_related(
        "stay__resource", "ward__department", "community", "resident"
    )
    proposal = found.filter(pk=proposal_id).first()
    if proposal is None:
        raise NotFound
    if proposal.state != State.OPEN:
        raise Unanswerable
    return proposal


def waiting_in(ward_ids: Collection[int]) -> QuerySet[Proposal]:
    """What wards have to answer, earliest deadline first."""
    found = Proposal.objects.filter(ward_id__in=ward_ids, state=State.OPEN)
    return found.select_related("stay__resource", "resident", "community", "ward").order_by("due_at")


def coming_to(institution_id: int) -> QuerySet[Proposal]:
    """Who may come down to a community institution: proposed and not yet answered."""
    found = Proposal.objects.filter(community_id=institution_id, state=State.OPEN)
    return found.select_related("institution", "ward", "resident").order_by("due_at")


def tell_late(*, at: datetime) -> int:
    """Tell the house's office of proposals nobody answered in time, once each; returns how many."""
    late = Proposal.objects.filter(state=State.OPEN, due_at__lte=at, told_late_at=None)
    told = 0
    for number in list(late.values_list("pk", flat=True)):
        with transaction.atomic():
            found = late.select_for_update(of=("self",), skip_locked=True).filter(pk=number).first()
            if found is not None:
                _tell_office(found, at)
                told += 1
    return told


def _propose_one(stay: Stay, at: datetime) -> bool:
    """Whether a new proposal was made; one that is open says from now on what is known today."""
    grounds = readings.grounds_of(stay, at=at)
    earlier = Proposal.objects.filter(institution_id=stay.institution_id, episode=stay.episode)
    is_answered = earlier.filter(Q(state=State.ACCEPTED) | Q(ask_again_at__gt=at)).exists()
    if not grounds.hold or is_answered or stay.resident_id is None:
        return False
    criterion = grounds.met.criterion if grounds.met else None
    community, room = community_for(stay, at=at)
    known = {
        "community": community, "free_beds": room, "is_stable": grounds.is_stable,
        "criterion": criterion.code if criterion else "", "days": grounds.days,
        "suggested_days": grounds.suggested_days, "rulebook_version": rules.version(),
    }  # fmt: skip
    if earlier.filter(state=State.OPEN).update(**known):
        return False
    with transaction.atomic():
        proposal, is_new = Proposal.objects.get_or_create(
            institution_id=stay.institution_id, episode=stay.episode, state=State.OPEN,
            defaults=known | {
                "ward_id": stay.ward_id, "stay": stay, "resident_id": stay.resident_id, "made_at": at,
                "due_at": rules.answer_by(at),
            },
        )  # fmt: skip
        if is_new:
            _tell_of(proposal, stay, criterion.title if criterion else "", at)
    return is_new


def community_for(stay: Stay, *, at: datetime) -> tuple[Institution | None, int]:
    """Where the patient could go on being treated, and how many beds are free there for the next days.

    The house of the family-doctor team first, then who serves the town; one with a free bed before one without.
    """
    day = rules.day_of(at)
    if stay.resident_id is None or stay.resident is None:
        return None, 0
    contract = contract_on(stay.resident_id, day)
    houses = [contract.team.institution] if contract else []
    if stay.resident.town_id:
        houses += [one for one in serving(stay.resident.town_id, day) if one.kind in PRIMARY_KINDS]
    if not houses:
        return None, 0
    free = queries.free_beds([one.pk for one in houses], Span(at, at + ROOM_FOR), at=at)
    best = next((one for one in houses if free.get(one.pk)), houses[0])
    return best, free.get(best.pk, 0)


def _answer(proposal: Proposal, state: str, *, by: User, at: datetime) -> Proposal:
    proposal.state, proposal.answered_at, proposal.answered_by = state, at, by
    proposal.save()
    audit.record(
        f"proposal.{state}", proposal, by=by, at=at, resident_id=proposal.resident_id,
        institution_id=proposal.institution_id, reason=REASONS.get(proposal.reason, ""),
    )  # fmt: skip
    return proposal


def _tell_of(proposal: Proposal, stay: Stay, title: str, at: datetime) -> None:
    """The ward and the community hear why; whose name it is both read on the page of proposals."""
    why = f"达到下转标准“{title}”" if title else f"住院 {proposal.days} 天，超过建议的 {proposal.suggested_days} 天"
    to = [Addressee(institution_id=stay.institution_id, department_id=stay.ward.department_id)]
    text = f"{stay.ward.name} {stay.resource.name} 床的病人{why}，请答复是否下转。"
    notify("proposal.made", cause=("proposal", str(proposal.pk)), to=to, text=text, at=at, once_key=f"{proposal.pk}:w")
    if proposal.community_id:
        text = f"{stay.institution} 一位住院病人{why}，可能下转到贵院接续治疗，请留意床位与接续。"
        to = [Addressee(institution_id=proposal.community_id)]
        notify(
            "proposal.made", cause=("proposal", str(proposal.pk)), to=to, text=text, at=at, once_key=f"{proposal.pk}:c"
        )


def _tell_office(proposal: Proposal, at: datetime) -> None:
    proposal.told_late_at = at
    proposal.save(update_fields=["told_late_at"])
    try:
        office: int | None = office_of(proposal.institution_id).pk
    except NoOffice:
        office = None
    notify(
        "proposal.late", cause=("proposal", str(proposal.pk)),
        to=[Addressee(institution_id=proposal.institution_id, department_id=office)],
        text=f"{proposal.ward} 一条下转建议已超时未答复，请督促病区处理。",
        at=at, once_key=f"proposal:{proposal.pk}:late",
    )  # fmt: skip
