"""A referral and its bed: reserved with the acceptance, given back when nobody comes, soon free when sent down."""

from datetime import date, timedelta
from typing import Any

import pytest

from fenji.apps.common import clock as time
from fenji.apps.common.clock import Frozen
from fenji.apps.common.errors import Invalid
from fenji.apps.notices.models import Notice
from fenji.apps.referrals import actions
from fenji.apps.referrals.actions.admissions import give_bed, refer_with_bed
from fenji.apps.referrals.actions.going_down import accept_proposal, hand_over_surgery
from fenji.apps.referrals.errors import ReferralNotFound
from fenji.apps.referrals.given import Given
from fenji.apps.referrals.models import CarePlan, Referral
from fenji.apps.residents.relations import relation_for
from fenji.apps.stays import errors, going_down, movements, surgery
from fenji.apps.stays.models import Proposal, Stay
from fenji.apps.stays.policies import Span, Wanted
from fenji.kernel.day_surgery import CHECKLIST, SIGNS
from fenji.kernel.referral import State
from fenji.kernel.stays import Event, ResourceKind
from tests.apps.stays import ward
from tests.factories import journey
from tests.factories.world import World, make_world, resident_id

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def world(clock: Frozen) -> World:
    return make_world(clock.at)


@pytest.fixture
def beds(world: World, clock: Frozen) -> list[Any]:
    return ward.beds(world.departments["yx-renmin.cardio"], 2, at=clock.at)


def span(clock: Frozen) -> Span:
    return Span(clock.at + DAY, clock.at + 8 * DAY)


def test_a_bed_is_reserved_with_the_acceptance_and_everybody_is_told(
    world: World, beds: list[Any], clock: Frozen
) -> None:
    sent = journey.reach(world, State.SENT)
    referral, stay = give_bed(sent.pk, beds[0].pk, span(clock), by=world.office, version=sent.version)
    assert (referral.state, stay.state, stay.referral_id) == (State.ACCEPTED, "reserved", sent.pk)
    assert Notice.objects.filter(kind="referral.bed").count() >= 2
    _, other = give_bed(sent.pk, beds[1].pk, span(clock), by=world.office, version=None)  # exchanged
    stay.refresh_from_db()
    assert (stay.state, other.resource_id) == ("cancelled", beds[1].pk)


def test_without_a_bed_the_referral_is_not_accepted_either(world: World, beds: list[Any], clock: Frozen) -> None:
    for bed in beds:
        ward.reserve(bed, span(clock))
    sent = journey.reach(world, State.SENT)
    wanted = Wanted(span(clock), ward_ids=(beds[0].ward_id,))
    with pytest.raises(errors.ResourceTaken):
        give_bed(sent.pk, wanted, span(clock), by=world.office, version=sent.version)
    sent.refresh_from_db()
    assert sent.state == State.SENT


def test_only_the_receiver_gives_a_bed_and_only_its_own(world: World, beds: list[Any], clock: Frozen) -> None:
    sent = journey.reach(world, State.SENT)
    with pytest.raises(ReferralNotFound):
        give_bed(sent.pk, beds[0].pk, span(clock), by=world.doctor, version=sent.version)
    foreign = ward.beds(world.departments["yj-renmin.cardio"], 1, at=clock.at)[0]
    with pytest.raises(Invalid):
        give_bed(sent.pk, foreign.pk, span(clock), by=world.office, version=sent.version)
    assert not Stay.objects.exists()


@pytest.mark.parametrize("action", ["refuse", "withdraw"])
def test_a_bed_held_with_the_sending_is_given_back_when_nothing_comes_of_it(
    world: World, beds: list[Any], clock: Frozen, action: str
) -> None:
    sent, stay = refer_with_bed(
        resident_id(world), world.form(), beds[0].pk, span(clock), by=world.doctor, institution_id=world.township.pk
    )
    assert stay.state == "held"
    journey.step(world, sent, action)
    stay.refresh_from_db()
    assert stay.state == "cancelled"


def test_a_bed_held_with_the_sending_is_promised_with_the_acceptance(
    world: World, beds: list[Any], clock: Frozen
) -> None:
    sent, stay = refer_with_bed(
        resident_id(world), world.form(), beds[0].pk, span(clock), by=world.doctor, institution_id=world.township.pk
    )
    journey.step(world, sent, "accept")
    stay.refresh_from_db()
    assert (stay.state, stay.held_until) == ("reserved", None)


def admitted(world: World, clock: Frozen, *, days: float = 0) -> Stay:
    at = clock.at - timedelta(days=days)
    movements.by_hand(
        Event.ADMIT, institution_id=world.county.pk, by=world.physician, at=clock.at, happened_at=at, bed="b1",
        episode="E1", resident_id=resident_id(world), sex=1, diagnosis_code="I10",
    )  # fmt: skip
    return Stay.objects.get(state="occupied")


def test_sending_down_frees_the_bed_within_a_day(world: World, beds: list[Any], clock: Frozen) -> None:
    referral = journey.reach(world, State.IN_CARE) if State.IN_CARE in journey.WAYS else None
    referral = referral or journey.reach(world, State.ARRIVED)
    stay = admitted(world, clock)
    assert stay.until_at > clock.at + 2 * DAY
    journey.step(world, referral, "return_down")
    stay.refresh_from_db()
    assert stay.until_at == clock.at + DAY


def test_sent_down_without_a_proposal_the_bed_is_expected_free_once_the_draft_is_sent(
    world: World, beds: list[Any], clock: Frozen
) -> None:
    journey.reach(world, State.ARRIVED)
    stay = admitted(world, clock)
    form = {**down_form(world), "direction": "down"}
    draft = actions.draft(resident_id(world), form, by=world.physician, institution_id=world.county.pk)
    stay.refresh_from_db()
    assert stay.until_at > clock.at + 2 * DAY
    actions.perform(draft.pk, "edit", Given(form=form), by=world.physician, version=draft.version)
    version = Referral.objects.get(pk=draft.pk).version
    actions.perform(draft.pk, "send", Given(), by=world.physician, version=version)
    stay.refresh_from_db()
    assert stay.until_at == clock.at + DAY


def test_who_lies_in_a_house_may_be_read_there_and_a_while_after(world: World, beds: list[Any], clock: Frozen) -> None:
    journey.reach(world, State.ARRIVED)
    admitted(world, clock)
    from fenji.apps.residents.models import CareRelation

    CareRelation.objects.exclude(cause_kind="stay").delete()
    assert relation_for(world.physician, resident_id(world), clock.at) is not None
    movements.by_hand(
        Event.DISCHARGE, institution_id=world.county.pk, by=world.physician, at=clock.at, episode="E1"
    )  # fmt: skip
    assert relation_for(world.physician, resident_id(world), clock.at + 29 * DAY) is not None
    assert relation_for(world.physician, resident_id(world), clock.at + 31 * DAY) is None


def down_form(world: World) -> dict[str, Any]:
    on = time.now().date() + timedelta(days=14)
    return {
        "institution": world.township.code, "diagnosis_code": "I10", "diagnosis_name": "高血压", "consent_by": "self",
        "slip": {"history": "入院后血压平稳。"},
        "plan": {"treatment": "继续降压", "tasks": [{"due_on": on.isoformat(), "what": "测血压"}]},
    }  # fmt: skip


@pytest.mark.parametrize("send", [True, False])
def test_an_accepted_proposal_is_a_downward_referral_with_its_plan(
    world: World, beds: list[Any], clock: Frozen, send: bool
) -> None:
    journey.reach(world, State.ARRIVED)
    admitted(world, clock, days=9)
    assert going_down.propose(at=clock.at) == 1
    proposal = Proposal.objects.get()
    down = accept_proposal(proposal.pk, down_form(world), by=world.physician, institution_id=world.county.pk, send=send)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.referral_id) == ("accepted", down.pk)
    assert (down.direction, down.state) == ("down", State.SENT if send else State.DRAFT)
    assert CarePlan.objects.filter(referral=down).exists()
    with pytest.raises(errors.Unanswerable):
        accept_proposal(proposal.pk, down_form(world), by=world.physician, institution_id=world.county.pk)


def test_a_plan_that_is_not_whole_answers_no_proposal(world: World, beds: list[Any], clock: Frozen) -> None:
    journey.reach(world, State.ARRIVED)
    admitted(world, clock, days=9)
    going_down.propose(at=clock.at)
    before = Referral.objects.count()
    with pytest.raises(Invalid):
        accept_proposal(
            Proposal.objects.get().pk, down_form(world) | {"plan": {}}, by=world.physician,
            institution_id=world.county.pk,
        )  # fmt: skip
    assert Proposal.objects.get().state == "open"
    assert Referral.objects.count() == before


def test_a_day_surgery_is_handed_to_the_community_once(world: World, beds: list[Any], clock: Frozen) -> None:
    where = world.departments["yx-renmin.cardio"]
    for kind in (ResourceKind.THEATRE, ResourceKind.RECOVERY):
        ward.beds(where, 1, at=clock.at, handed=False, kind=kind, used_from=date(2020, 1, 1))
    journey.reach(world, State.ARRIVED)
    assert world.resident is not None
    hand = {"by": world.physician}
    one = surgery.request(world.resident, where, "白内障超声乳化", at=clock.at, **hand)
    one = surgery.assess(one.pk, dict.fromkeys(CHECKLIST, True), "", at=clock.at, version=one.version, **hand)
    one = surgery.book(one.pk, clock.at, at=clock.at, version=one.version, **hand)
    one = surgery.operate(one.pk, at=clock.at, version=one.version, **hand)
    with pytest.raises(Invalid):
        hand_over_surgery(one.pk, down_form(world), institution_id=world.county.pk, **hand)
    one = surgery.discharge(one.pk, dict.fromkeys(SIGNS, 2), at=clock.at, version=one.version, **hand)
    down = hand_over_surgery(one.pk, down_form(world), institution_id=world.county.pk, **hand)
    one.refresh_from_db()
    assert (one.down_referral_id, down.direction) == (down.pk, "down")
    with pytest.raises(Invalid):
        hand_over_surgery(one.pk, down_form(world), institution_id=world.county.pk, **hand)


def test_no_move_was_lost_when_beds_were_added() -> None:
    from fenji.apps.referrals.actions.effects import _EFFECTS, EFFECTS

    assert set(_EFFECTS) <= set(EFFECTS)
