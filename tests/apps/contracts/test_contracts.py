"""Whose resident one is: signed once a day at most, ended with a reason, moved whole or not at all."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from fenji.apps.common.clock import Frozen
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.common.models import AuditEvent
from fenji.apps.contracts import actions, policies, queries
from fenji.apps.contracts.errors import AlreadySigned, ContractEnded, NotSigned, NotYourTeam
from fenji.apps.contracts.models import Contract
from fenji.apps.registry.models import Membership, Team
from fenji.apps.residents.errors import Deceased
from fenji.apps.residents.models import CareRelation, Resident
from fenji.apps.residents.policies import Purpose
from fenji.apps.residents.relations import access_resident
from fenji.kernel.roles import Role
from tests.factories.world import World, make_resident, make_world, person

TODAY = date(2026, 3, 4)
NEXT_YEAR = date(2027, 3, 4)


@pytest.fixture
def world(db: None, clock: Frozen) -> World:
    return make_world(clock.at)


@pytest.fixture
def team(world: World) -> Team:
    assert world.team
    return world.team


@pytest.fixture
def other_team(world: World) -> Team:
    """A team of another township, with its own doctor."""
    from fenji.kernel.tiers import Kind, Level, Tier
    from tests.factories.world import institution

    house = institution("yx-rulong", "儒洞镇卫生院", Kind.TOWNSHIP, Tier.TOWNSHIP, Level.PRIMARY, world.region)
    world.people["other_doctor"] = person("other_doctor", house, Role.FAMILY_DOCTOR)
    other = Team.objects.create(institution=house, code="t2", name="儒洞一队")
    other.members.set(Membership.objects.filter(user=world.other_doctor))
    return other


@pytest.fixture
def resident(world: World) -> Resident:
    return make_resident(world.at, name="李大山")


def sign(
    world: World, resident: Resident, team: Team, begins: date = TODAY, ends: date = NEXT_YEAR, by: str = "doctor"
) -> Contract:
    return actions.sign(resident.pk, team.pk, valid_from=begins, valid_until=ends, by=getattr(world, by), at=world.at)


# --- signing


def test_signing_says_whose_resident_one_is(world: World, resident: Resident, team: Team) -> None:
    contract = sign(world, resident, team)
    assert queries.contract_on(resident.pk, TODAY) == contract
    assert (contract.team, contract.signed_by, contract.signed_at) == (team, world.doctor, world.at)
    event = AuditEvent.objects.get(verb="contract.sign")
    assert (event.resident_id, event.actor_id, event.institution_id) == (
        resident.pk,
        world.doctor.pk,
        team.institution_id,
    )


def test_a_contract_covers_its_first_day_and_not_its_last(world: World, resident: Resident, team: Team) -> None:
    sign(world, resident, team, TODAY, TODAY + timedelta(days=2))
    covered = [bool(queries.contract_on(resident.pk, TODAY + timedelta(days=n))) for n in (-1, 0, 1, 2)]
    assert covered == [False, True, True, False]


def test_signing_opens_the_institution_s_care_relation_for_the_length_of_the_contract(
    world: World, resident: Resident, team: Team, clock: Frozen
) -> None:
    with pytest.raises(NotFound):
        access_resident(world.nurse, resident.pk, at=clock.at, purpose=Purpose.CARE)
    contract = sign(world, resident, team)
    relation = CareRelation.objects.get(resident=resident)
    assert (relation.institution_id, relation.kind, relation.cause_kind, relation.cause_id) == (
        team.institution_id, "contract", "contract", str(contract.pk),
    )  # fmt: skip
    assert relation.from_at == world.at
    assert relation.until_at and timezone.localtime(relation.until_at).date() == NEXT_YEAR
    assert access_resident(world.nurse, resident.pk, at=clock.at, purpose=Purpose.CARE) == resident


def test_a_contract_from_next_month_lets_nobody_look_before(world: World, resident: Resident, team: Team) -> None:
    sign(world, resident, team, TODAY + timedelta(days=30))
    relation = CareRelation.objects.get(resident=resident)
    assert timezone.localtime(relation.from_at).isoformat() == "2026-04-03T00:00:00+08:00"


@pytest.mark.parametrize(("begins", "ends"), [(0, 365), (-10, 1), (364, 700), (100, 101)])
def test_no_day_is_signed_twice(
    world: World, resident: Resident, team: Team, other_team: Team, begins: int, ends: int
) -> None:
    first = sign(world, resident, team, TODAY, TODAY + timedelta(days=365))
    with pytest.raises(AlreadySigned):
        sign(
            world, resident, other_team, TODAY + timedelta(days=begins), TODAY + timedelta(days=ends), by="other_doctor"
        )
    assert list(Contract.objects.filter(resident=resident)) == [first]
    assert CareRelation.objects.filter(resident=resident).count() == 1


def test_renewal_begins_where_the_last_ended(world: World, resident: Resident, team: Team) -> None:
    sign(world, resident, team)
    renewed = sign(world, resident, team, NEXT_YEAR, date(2028, 3, 4))
    assert queries.contract_on(resident.pk, NEXT_YEAR) == renewed
    assert queries.contracts_of(resident.pk)[0] == renewed


def test_only_the_team_s_own_house_signs(world: World, resident: Resident, team: Team, other_team: Team) -> None:
    for stranger in ("other_doctor", "physician", "office", "officer"):
        with pytest.raises(NotYourTeam):
            sign(world, resident, team, by=stranger)
        assert not policies.can_sign_for(team, getattr(world, stranger), on=TODAY)
    for own in ("doctor", "nurse", "head"):
        assert policies.can_sign_for(team, getattr(world, own), on=TODAY)
    assert not Contract.objects.exists()


def test_who_has_left_signs_no_more(world: World, resident: Resident, team: Team) -> None:
    Membership.objects.filter(user=world.doctor).update(valid_until=TODAY)
    with pytest.raises(NotYourTeam):
        sign(world, resident, team)


def test_an_empty_span_is_refused(world: World, resident: Resident, team: Team) -> None:
    with pytest.raises(Invalid) as error:
        sign(world, resident, team, TODAY, TODAY)
    assert "valid_until" in error.value.fields


def test_the_dead_do_not_sign(world: World, resident: Resident, team: Team) -> None:
    Resident.objects.filter(pk=resident.pk).update(is_deceased=True)
    with pytest.raises(Deceased):
        sign(world, resident, team)


def test_nobody_unknown_signs(world: World, team: Team) -> None:
    with pytest.raises(NotFound):
        actions.sign(uuid4(), team.pk, valid_from=TODAY, valid_until=NEXT_YEAR, by=world.doctor, at=world.at)


def test_who_was_merged_signs_as_the_row_that_stays(world: World, resident: Resident, team: Team) -> None:
    merged = make_resident(world.at, name="李大山", merged_into=resident)
    contract = sign(world, merged, team)
    assert contract.resident_id == resident.pk


# --- ending


def test_ending_frees_the_days_after_and_closes_the_relation(world: World, resident: Resident, team: Team) -> None:
    contract = sign(world, resident, team)
    day = TODAY + timedelta(days=10)
    actions.end(contract.pk, on=day, reason="迁出本镇", by=world.doctor, at=world.at)
    assert queries.contract_on(resident.pk, day - timedelta(days=1)) == contract
    assert queries.contract_on(resident.pk, day) is None
    relation = CareRelation.objects.get(cause_id=str(contract.pk), cause_kind="contract", resident=resident)
    assert relation.until_at and timezone.localtime(relation.until_at).isoformat() == "2026-03-14T00:00:00+08:00"
    assert AuditEvent.objects.get(verb="contract.end").reason == "迁出本镇"


def test_ending_today_closes_the_relation_now(world: World, resident: Resident, team: Team) -> None:
    contract = sign(world, resident, team, TODAY - timedelta(days=10))
    actions.end(contract.pk, on=TODAY, reason="居民要求", by=world.doctor, at=world.at)
    relation = CareRelation.objects.get(cause_id=str(contract.pk), cause_kind="contract", resident=resident)
    assert relation.until_at == world.at


def test_a_contract_that_never_began_is_left_without_a_day(world: World, resident: Resident, team: Team) -> None:
    contract = sign(world, resident, team, TODAY + timedelta(days=30))
    actions.end(contract.pk, on=TODAY, reason="填错", by=world.doctor, at=world.at)
    contract.refresh_from_db()
    assert contract.valid_from == contract.valid_until
    assert sign(world, resident, team, TODAY + timedelta(days=30)).pk != contract.pk


def test_ending_twice_or_later_than_agreed_is_refused(world: World, resident: Resident, team: Team) -> None:
    contract = sign(world, resident, team)
    with pytest.raises(ContractEnded):
        actions.end(contract.pk, on=NEXT_YEAR, reason="期满", by=world.doctor, at=world.at)
    actions.end(contract.pk, on=TODAY, reason="迁出", by=world.doctor, at=world.at)
    with pytest.raises(ContractEnded):
        actions.end(contract.pk, on=TODAY, reason="迁出", by=world.doctor, at=world.at)


@pytest.mark.parametrize("reason", ["", "  ", "电话 13800001234 不通"])
def test_an_end_without_a_fit_reason_is_refused(world: World, resident: Resident, team: Team, reason: str) -> None:
    contract = sign(world, resident, team)
    with pytest.raises(Invalid):
        actions.end(contract.pk, on=TODAY, reason=reason, by=world.doctor, at=world.at)
    assert queries.contract_on(resident.pk, TODAY) == contract


def test_a_stranger_cannot_end_it(world: World, resident: Resident, team: Team, other_team: Team) -> None:
    contract = sign(world, resident, team)
    with pytest.raises(NotYourTeam):
        actions.end(contract.pk, on=TODAY, reason="迁出", by=world.other_doctor, at=world.at)


def test_ending_what_does_not_exist(world: World) -> None:
    with pytest.raises(NotSigned):
        actions.end(0, on=TODAY, reason="迁出", by=world.doctor, at=world.at)


# --- moving


def move(world: World, resident: Resident, team: Team, by: str = "other_doctor") -> Contract:
    return actions.move(
        resident.pk, team.pk, on=TODAY, valid_until=NEXT_YEAR, reason="迁入本镇", by=getattr(world, by), at=world.at
    )


def test_moving_ends_one_contract_and_begins_the_other(
    world: World, resident: Resident, team: Team, other_team: Team
) -> None:
    old = sign(world, resident, team, TODAY - timedelta(days=100))
    new = move(world, resident, other_team)
    old.refresh_from_db()
    assert (old.valid_until, old.ended_reason) == (TODAY, "迁入本镇")
    assert queries.contract_on(resident.pk, TODAY) == new
    with pytest.raises(NotFound):
        access_resident(world.doctor, resident.pk, at=world.at, purpose=Purpose.CARE)
    assert access_resident(world.other_doctor, resident.pk, at=world.at, purpose=Purpose.CARE)


def test_the_team_that_loses_the_resident_cannot_move_it_away(
    world: World, resident: Resident, team: Team, other_team: Team
) -> None:
    old = sign(world, resident, team, TODAY - timedelta(days=100))
    with pytest.raises(NotYourTeam):
        move(world, resident, other_team, by="doctor")
    assert queries.contract_on(resident.pk, TODAY) == old


def test_a_move_that_meets_a_later_contract_leaves_everything_as_it_was(
    world: World, resident: Resident, team: Team, other_team: Team
) -> None:
    old = sign(world, resident, team, TODAY - timedelta(days=100), TODAY + timedelta(days=30))
    sign(world, resident, team, TODAY + timedelta(days=30), NEXT_YEAR)
    with pytest.raises(AlreadySigned):
        move(world, resident, other_team)
    old.refresh_from_db()
    assert old.valid_until == TODAY + timedelta(days=30)
    assert CareRelation.objects.filter(resident=resident, institution=other_team.institution).count() == 0


def test_who_has_no_contract_cannot_be_moved(world: World, resident: Resident, other_team: Team) -> None:
    with pytest.raises(NotSigned):
        move(world, resident, other_team)


def test_moving_to_the_same_team_is_refused(world: World, resident: Resident, team: Team) -> None:
    sign(world, resident, team)
    with pytest.raises(Invalid):
        move(world, resident, team, by="doctor")


# --- a team's residents


@pytest.fixture
def signed(world: World, team: Team) -> list[Resident]:
    """Five residents signed with the team, out of order."""
    people = [
        ("周一", "zhou yi", "zy"),
        ("陈二", "chen er", "ce"),
        ("李三", "li san", "ls"),
        ("陈四", "chen si", "cs"),
        ("王五", "wang wu", "ww"),
    ]
    made = []
    for name, pinyin, initials in people:
        one = make_resident(world.at, name=name)
        Resident.objects.filter(pk=one.pk).update(name_pinyin=pinyin, name_initials=initials)
        sign(world, one, team)
        made.append(one)
    return made


def found(team: Team, **asked: object) -> list[str]:
    return [one.name for one in queries.residents_of_team(team, on=TODAY, **asked).residents]  # type: ignore[arg-type]


def test_a_team_s_residents_stand_in_the_order_of_pinyin(team: Team, signed: list[Resident]) -> None:
    assert found(team) == ["陈二", "陈四", "李三", "王五", "周一"]
    assert queries.count_of_team(team, on=TODAY) == 5
    assert queries.counts_by_team(team.institution_id, on=TODAY) == {team.pk: 5}


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ("陈", ["陈二", "陈四"]),
        ("chens", ["陈四"]),
        ("chen si", ["陈四"]),
        ("ls", ["李三"]),
        ("LI", ["李三"]),
        ("无", []),
    ],
)
def test_a_team_s_residents_are_searched_by_name_pinyin_and_initials(
    team: Team, signed: list[Resident], search: str, names: list[str]
) -> None:
    assert found(team, search=search) == names


def test_pages_follow_each_other_and_an_impossible_one_is_the_nearest(team: Team, signed: list[Resident]) -> None:
    pages = [queries.residents_of_team(team, on=TODAY, page=n, size=2) for n in (1, 2, 3, 99, 0)]
    assert [[one.name for one in page.residents] for page in pages] == [
        ["陈二", "陈四"], ["李三", "王五"], ["周一"], ["周一"], ["陈二", "陈四"],
    ]  # fmt: skip
    assert {(page.total, page.last) for page in pages} == {(5, 3)}


def test_who_is_not_signed_on_the_day_is_not_the_team_s(
    world: World, team: Team, other_team: Team, signed: list[Resident]
) -> None:
    move(world, signed[0], other_team)
    assert "周一" not in found(team)
    assert found(other_team) == ["周一"]
    assert queries.residents_of_team(team, on=NEXT_YEAR).total == 0
    both = queries.residents_of_teams([team, other_team], on=TODAY)
    assert both.total == len(both.residents) == 5
    assert queries.teams_of_residents([one.pk for one in signed[:2]], TODAY) == {
        signed[0].pk: other_team, signed[1].pk: team,
    }  # fmt: skip
