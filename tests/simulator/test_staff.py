"""Synthetic people of Yangjiang's institutions: the same every time, nobody in two places at once."""

from collections import Counter, defaultdict
from datetime import time

import pytest

from fenji.cities.network import Network, load_network
from fenji.kernel.roles import Role
from fenji.kernel.tiers import Kind, LinkKind, Tier
from fenji.simulator.staff import (
    Clinic,
    StaffMember,
    duty_rota,
    synthetic_schedules,
    synthetic_staff,
    synthetic_teams,
)

SEED = 2017


@pytest.fixture(scope="module")
def network() -> Network:
    return load_network("yangjiang")


@pytest.fixture(scope="module")
def staff(network: Network) -> list[StaffMember]:
    return synthetic_staff(network, SEED)


@pytest.fixture(scope="module")
def clinics(staff: list[StaffMember]) -> list[Clinic]:
    return synthetic_schedules(staff, SEED)


def people(staff: list[StaffMember], role: Role) -> Counter[str]:
    """How many people hold a post of this role, by institution."""
    return Counter(post.institution for member in staff for post in member.posts if post.role is role)


def test_the_same_seed_gives_the_same_people_and_another_seed_others(
    network: Network, staff: list[StaffMember]
) -> None:
    assert synthetic_staff(network, SEED) == staff
    other = synthetic_staff(network, SEED + 1)
    assert [member.name for member in other] != [member.name for member in staff]
    assert synthetic_schedules(staff, SEED) == synthetic_schedules(staff, SEED)
    assert synthetic_schedules(staff, SEED) != synthetic_schedules(staff, SEED + 1)


def test_people_keep_their_names_when_another_institution_is_missing(
    network: Network, staff: list[StaffMember]
) -> None:
    fewer = Network(**{**vars_of(network), "institutions": network.institutions[:-100]})
    names = {member.key: member.name for member in staff}
    assert all(names[member.key] == member.name for member in synthetic_staff(fewer, SEED))


def vars_of(network: Network) -> dict[str, object]:
    return {name: getattr(network, name) for name in Network.__dataclass_fields__}


def test_keys_are_unique_and_short_enough_for_a_user_name(staff: list[StaffMember]) -> None:
    assert len({member.key for member in staff}) == len(staff)
    assert max(len(member.key) for member in staff) <= 60


def test_nothing_about_them_could_be_mistaken_for_a_real_person(staff: list[StaffMember]) -> None:
    assert all(not member.licence or member.licence.startswith("DEMO") for member in staff)
    assert all(member.phone.startswith("0662-000") for member in staff)
    doctors = [m for m in staff if m.posts[0].role in (Role.PHYSICIAN, Role.FAMILY_DOCTOR, Role.VILLAGE_DOCTOR)]
    assert all(member.licence for member in doctors)
    assert len({member.licence for member in doctors}) == len(doctors)


def test_names_are_chinese_and_various(staff: list[StaffMember]) -> None:
    assert all(2 <= len(member.name) <= 3 and all("一" <= char <= "鿿" for char in member.name) for member in staff)
    assert len({member.name for member in staff}) > len(staff) // 3


def test_every_post_names_an_institution_and_one_of_its_departments(network: Network, staff: list[StaffMember]) -> None:
    for member in staff:
        for post in member.posts:
            departments = {department.code for department in network.institution(post.institution).departments}
            assert post.department is None or post.department in departments


def test_every_primary_institution_has_two_to_four_family_doctors_a_head_and_health_managers(
    network: Network, staff: list[StaffMember]
) -> None:
    doctors, heads, nurses = (people(staff, role) for role in (Role.FAMILY_DOCTOR, Role.PRIMARY_HEAD, Role.NURSE))
    for one in network.institutions:
        if one.kind in (Kind.TOWNSHIP, Kind.COMMUNITY_CENTRE):
            assert 2 <= doctors[one.code] <= 4
            assert heads[one.code] == 1
            assert nurses[one.code] == 2


def test_every_office_has_people_and_every_village_station_a_doctor(network: Network, staff: list[StaffMember]) -> None:
    officers, doctors = people(staff, Role.REFERRAL_OFFICE), people(staff, Role.VILLAGE_DOCTOR)
    for one in network.institutions:
        assert (officers[one.code] >= 2) == (one.office is not None)
        assert (doctors[one.code] == 1) == (one.kind is Kind.VILLAGE_STATION)


def test_officers_of_city_and_counties_insurer_and_reading_centre(network: Network, staff: list[StaffMember]) -> None:
    officers = people(staff, Role.COMMISSION)
    assert set(officers) == {one.code for one in network.institutions if one.kind is Kind.COMMISSION}
    assert people(staff, Role.INSURER) == {"yangjiang-insurer": 3}
    readers = {post for member in staff for post in member.posts if post.role is Role.READER}
    assert {post.department for post in readers} == {"imaging"}
    assert "yangjiang-people" in {post.institution for post in readers}
    assert {network.institution(post.institution).tier for post in readers} == {Tier.CITY}


def test_every_department_has_somebody(network: Network, staff: list[StaffMember]) -> None:
    staffed = {(post.institution, post.department) for member in staff for post in member.posts}
    departments = {(one.code, department.code) for one in network.institutions for department in one.departments}
    assert departments - staffed == set()


def test_second_sites_follow_the_help_the_plan_orders(network: Network, staff: list[StaffMember]) -> None:
    visits = [(member.posts[0].institution, post) for member in staff for post in member.posts[1:]]
    for home, post in visits:
        ties = {link.kind for link in network.links if (link.upper, link.lower) == (home, post.institution)}
        assert ties & {LinkKind.GROUP, LinkKind.ASSISTANCE}
        assert post.role is Role.PHYSICIAN and post.line == "expert"
    helped = {link.lower for link in network.links if link.kind in (LinkKind.GROUP, LinkKind.ASSISTANCE)}
    assert {post.institution for _, post in visits} == helped


def test_every_team_has_the_three_doctors_and_the_specialist_visits_from_above(
    network: Network, staff: list[StaffMember]
) -> None:
    home = {member.key: member.posts[0].institution for member in staff}
    teams = synthetic_teams(network, staff)
    assert len({team.code for team in teams}) == len(teams) == 98
    for team in teams:
        roles = [post.role for _, post in team.members]
        assert {Role.PHYSICIAN, Role.FAMILY_DOCTOR, Role.NURSE} <= set(roles)
        specialists = [key for key, post in team.members if post.role is Role.PHYSICIAN]
        assert len(specialists) == 1 and home[specialists[0]] != team.institution
        assert len({key for key, _ in team.members}) == len(team.members)


def test_every_family_doctor_and_village_doctor_is_in_exactly_one_team(
    network: Network, staff: list[StaffMember]
) -> None:
    memberships = Counter(
        key
        for team in synthetic_teams(network, staff)
        for key, post in team.members
        if post.role in (Role.FAMILY_DOCTOR, Role.VILLAGE_DOCTOR)
    )
    expected = {m.key for m in staff if m.posts[0].role in (Role.FAMILY_DOCTOR, Role.VILLAGE_DOCTOR)}
    assert memberships == dict.fromkeys(expected, 1)


def test_village_doctors_serve_in_their_own_towns_team(network: Network, staff: list[StaffMember]) -> None:
    for team in synthetic_teams(network, staff):
        for _, post in team.members:
            if post.role is Role.VILLAGE_DOCTOR:
                assert network.uppers(post.institution, LinkKind.VILLAGE) == {team.institution}


def test_duty_phone_is_answered_every_hour_of_the_week_by_the_offices_own_people(
    network: Network, staff: list[StaffMember]
) -> None:
    covered: dict[str, list[int]] = defaultdict(list)
    turns = duty_rota(network, staff)
    office_of = {member.key: member.posts[0] for member in staff if member.posts[0].role is Role.REFERRAL_OFFICE}
    for turn in turns:
        assert (office_of[turn.staff].institution, office_of[turn.staff].department) == (
            turn.institution,
            turn.department,
        )
        first = turn.weekday * 24 + turn.starts.hour
        covered[turn.institution] += [(first + hour) % 168 for hour in range(turn.hours)]
    assert set(covered) == {one.code for one in network.institutions if one.office}
    assert all(sorted(hours) == list(range(168)) for hours in covered.values())


def test_nights_are_shared(network: Network, staff: list[StaffMember]) -> None:
    nights: dict[str, set[str]] = defaultdict(set)
    for turn in duty_rota(network, staff):
        if turn.starts == time(20):
            nights[turn.institution].add(turn.staff)
    assert all(len(people) >= 2 for people in nights.values())


def test_places_a_week_are_of_a_demonstrations_size(network: Network, clinics: list[Clinic]) -> None:
    assert 3_000 <= sum(clinic.places for clinic in clinics) <= 6_000
    by_tier = Counter(network.institution(clinic.institution).tier for clinic in clinics)
    assert set(by_tier) == {Tier.TOWNSHIP, Tier.COUNTY, Tier.CITY}


def test_every_department_with_a_clinic_can_be_booked(network: Network, clinics: list[Clinic]) -> None:
    held = {(clinic.institution, clinic.department) for clinic in clinics}
    offered = {(one.code, d.code) for one in network.institutions for d in one.departments if d.has_clinic}
    assert held == offered


def test_nobody_sees_patients_in_two_places_at_once(clinics: list[Clinic]) -> None:
    times = Counter((clinic.physician, clinic.weekday, clinic.starts) for clinic in clinics)
    assert max(times.values()) == 1


def test_clinics_fit_the_booking_tables(staff: list[StaffMember], clinics: list[Clinic]) -> None:
    posts = {(member.key, post.institution, post.department) for member in staff for post in member.posts}
    assert len({clinic.code for clinic in clinics}) == len(clinics)
    for clinic in clinics:
        assert len(clinic.code) <= 60
        assert clinic.line in ("general", "specialist", "expert")
        assert 0 <= clinic.weekday <= 4 and clinic.starts < clinic.ends and clinic.places >= 4
        assert (clinic.physician, clinic.institution, clinic.department) in posts
