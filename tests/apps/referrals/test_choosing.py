"""Where to send: the county hospital of the own consortium before the city's, with what is free there."""

from fenji.apps.common.clock import Frozen
from fenji.apps.referrals.choosing import Question, choose
from fenji.apps.referrals.models import Referral
from fenji.kernel.choice import Candidate
from fenji.kernel.referral import Direction, State, Urgency
from fenji.kernel.tiers import Kind, Level, Tier
from tests.factories import journey
from tests.factories.world import CARDIOLOGY, World, institution, make_places


def question(world: World, **changes: object) -> Question:
    asked = {
        "resident": world.resident, "sender": world.township, "direction": Direction.UP, "urgency": Urgency.ROUTINE,
        "specialty": CARDIOLOGY, "diagnosis_code": "I10", "measures": {"systolic": 168}, "at": world.at,
    }  # fmt: skip
    return Question(**{**asked, **changes})  # type: ignore[arg-type]


def codes(world: World, **changes: object) -> list[str]:
    return [one.candidate.code for one in choose(question(world, **changes)).choice.proposals]


def marks(world: World, **changes: object) -> dict[str, Candidate]:
    proposals = choose(question(world, **changes)).choice.proposals
    return {one.candidate.code: one.candidate for one in proposals}


def handed_on_and_arrived(world: World) -> Referral:
    """Sent by the township to the county, by the county to the city, and seen there."""
    onward = Referral.objects.get(parent=journey.reach(world, State.HANDING_ON))
    for action in ("accept", "arrive"):
        journey.step(world, onward, action)
    return onward


def test_the_own_consortiums_county_hospital_comes_first(world: World, clock: Frozen):
    assert codes(world)[0] == world.county.code


def test_every_proposal_names_a_reason_with_its_clause(world: World, clock: Frozen):
    for proposal in choose(question(world)).choice.proposals:
        assert proposal.reasons
        assert any(reason.rests_on and reason.rests_on.clause for reason in proposal.reasons)


def test_the_next_free_place_of_the_right_department_stands_beside_it(world: World, clock: Frozen):
    first = make_places(world.departments["yx-renmin.cardio"], clock.at)[0]
    best = choose(question(world)).choice.proposals[0]
    assert best.candidate.next_free_at == first.starts_at
    assert choose(question(world)).departments[world.county.code] == world.departments["yx-renmin.cardio"].pk


def test_an_emergency_goes_where_there_is_an_emergency_department(world: World, clock: Frozen):
    answer = choose(question(world, urgency=Urgency.EMERGENCY, specialty=""))
    assert {one.candidate.code for one in answer.choice.proposals} <= {
        world.county.code,
        world.county_tcm.code,
        world.city.code,
    }
    assert answer.departments[world.county.code] == world.departments["yx-renmin.emergency"].pk


def test_downward_whoever_sent_the_patient_here_is_offered_next_to_the_own_team_and_town(world: World, clock: Frozen):
    elsewhere = institution("yx-other", "阳西县他镇卫生院", Kind.TOWNSHIP, Tier.TOWNSHIP, Level.PRIMARY, world.region)
    down = {"sender": world.city, "direction": Direction.DOWN, "specialty": "", "measures": {}}
    before = marks(world, **down)
    assert not before[world.county.code].sent_up and not before[elsewhere.code].sent_up
    onward = handed_on_and_arrived(world)
    assert (onward.sender, onward.receiver) == (world.county, world.city)
    after = marks(world, **down)
    assert {code for code, one in after.items() if one.sent_up} == {world.township.code, world.county.code}
    assert codes(world, **down)[:2] == [world.township.code, world.county.code]
    assert elsewhere.code in after
