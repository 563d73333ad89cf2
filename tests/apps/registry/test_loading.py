"""A city loads whole, loads again without a change, and follows its files when they change."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from fenji.apps.accounts.models import User
from fenji.apps.common.clock import Frozen
from fenji.apps.common.models import AuditEvent
from fenji.apps.registry import actions, models, posts
from fenji.apps.registry.loading import load_city
from fenji.apps.registry.queries import institution_named
from fenji.apps.registry.snapshot import network
from fenji.apps.registry.staff_loading import ROTA_WEEKS, Staff, invented_staff
from fenji.cities.network import load_network
from fenji.kernel.roles import Role

pytestmark = pytest.mark.django_db

CITY = load_network("yangjiang")
TABLES = (
    models.Region, models.Institution, models.InstitutionAlias, models.InstitutionAttribute, models.Consortium,
    models.ConsortiumMember, models.Link, models.Department, models.ServiceArea, models.Membership, models.Team,
    models.Duty, User,
)  # fmt: skip


@pytest.fixture(scope="module")
def staff() -> Staff:
    return invented_staff(CITY, 1)


def everything() -> dict[str, list[tuple]]:
    rows = {table.__name__: sorted(table.objects.values_list(), key=lambda row: str(row[0])) for table in TABLES}
    return rows | {"members": sorted(models.Team.members.through.objects.values_list("team_id", "membership_id"))}


def test_the_whole_city_arrives(clock: Frozen, staff: Staff) -> None:
    loaded = load_city(CITY, clock.at, staff=staff)
    assert loaded.institutions == models.Institution.objects.count() == len(CITY.institutions)
    assert loaded.links == models.Link.objects.count() == len(CITY.links)
    assert loaded.departments == sum(len(one.departments) for one in CITY.institutions)
    assert loaded.people == User.objects.count() == len(staff.members)
    assert loaded.teams == models.Team.objects.count() == len(staff.teams)
    assert AuditEvent.objects.get(verb="network.load").details["institutions"] == len(CITY.institutions)


def test_an_institution_carries_what_its_file_says(clock: Frozen) -> None:
    load_city(CITY, clock.at)
    told = next(one for one in CITY.institutions if one.aliases and one.attributes and one.areas == ())
    row = models.Institution.objects.get(code=told.code)
    assert (row.name, row.kind, row.tier, row.level, row.region_id) == (
        told.name, told.kind, told.tier, told.level, told.region,
    )  # fmt: skip
    assert set(row.aliases.values_list("name", flat=True)) == set(told.aliases) - {told.name, told.short_name}
    assert row.attributes.count() == len(told.attributes)
    assert row.departments.count() == len(told.departments)


def test_loading_again_changes_nothing(clock: Frozen, staff: Staff) -> None:
    load_city(CITY, clock.at, staff=staff)
    before = everything()
    load_city(CITY, clock.at, staff=staff)
    assert everything() == before


def test_nobody_invented_can_log_in(clock: Frozen, staff: Staff) -> None:
    load_city(CITY, clock.at, staff=staff)
    assert not any(user.has_usable_password() for user in User.objects.all()[:50])
    assert not User.objects.filter(password="").exists()


def test_a_renamed_institution_is_the_same_row(clock: Frozen) -> None:
    load_city(CITY, clock.at)
    first, *rest = CITY.institutions
    load_city(replace(CITY, institutions=(replace(first, name="新名称"), *rest)), clock.at)
    row = models.Institution.objects.get(code=first.code)
    assert (row.name, row.name_pinyin) == ("新名称", "xin ming cheng")
    assert models.Institution.objects.count() == len(CITY.institutions)


def test_what_the_files_no_longer_name_ends_and_comes_back(clock: Frozen) -> None:
    load_city(CITY, clock.at)
    link, *others = CITY.links
    whole = next(one for one in CITY.institutions if one.office)
    department = whole.office
    assert department
    fewer = replace(whole, departments=tuple(one for one in whole.departments if one is not department))
    institutions = tuple(fewer if one is whole else one for one in CITY.institutions)
    load_city(replace(CITY, links=tuple(others), institutions=institutions), clock.at)
    today = timezone.localdate(clock.at)
    row = models.Link.objects.get(upper__code=link.upper, lower__code=link.lower, kind=link.kind)
    ended = models.Department.objects.get(institution__code=fewer.code, code=department.code)
    assert row.valid_until == ended.valid_until == today
    assert not ended.is_office
    load_city(CITY, clock.at)
    row.refresh_from_db()
    ended.refresh_from_db()
    assert row.valid_until is None
    assert (ended.valid_until, ended.is_office) == (department.valid_until, department.is_office)


def test_what_was_entered_by_hand_stays(clock: Frozen) -> None:
    load_city(CITY, clock.at)
    region = models.Region.objects.get(code="441721")
    by_hand = actions.register_institution(
        by=None, code="clinic-1", name="某诊所", kind="clinic", tier=2, region=region
    )
    load_city(CITY, clock.at)
    by_hand.refresh_from_db()
    assert by_hand.valid_until is None


def test_a_person_who_left_holds_no_post_and_stays_known(clock: Frozen, staff: Staff) -> None:
    load_city(CITY, clock.at, staff=staff)
    gone = staff.members[-1]
    left = Staff(
        staff.members[:-1],
        [replace(team, members=tuple(m for m in team.members if m[0] != gone.key)) for team in staff.teams],
        staff.rota,
    )
    load_city(CITY, clock.at, staff=left)
    user = User.objects.get(source_code=gone.key)
    assert posts.posts_of(user, timezone.localdate(clock.at)) == []
    assert posts.posts_of(user, timezone.localdate(clock.at) - timedelta(days=1)) != []


def test_a_post_given_by_hand_survives_a_load(clock: Frozen, staff: Staff) -> None:
    load_city(CITY, clock.at, staff=staff)
    user = User.objects.get(source_code=staff.members[-1].key)
    commission = institution_named("yangjiang-commission")
    actions.give_post(user, commission, Role.COMMISSION, by=None)
    load_city(CITY, clock.at, staff=staff)
    assert posts.roles_at(user, commission.pk, timezone.localdate(clock.at)) == {Role.COMMISSION}


def test_every_office_has_someone_on_duty_for_the_coming_weeks(clock: Frozen, staff: Staff) -> None:
    load_city(CITY, clock.at, staff=staff)
    offices = list(models.Department.objects.filter(is_office=True))
    assert len(offices) > 50
    for hours in (0, 11, 7 * 24, (ROTA_WEEKS - 1) * 7 * 24):
        at = clock.at + timedelta(hours=hours)
        held = set(models.Duty.objects.filter(from_at__lte=at, until_at__gt=at).values_list("department_id", flat=True))
        assert held == {office.pk for office in offices}


def test_the_rota_goes_on_with_the_next_load_and_leaves_what_was_arranged(clock: Frozen, staff: Staff) -> None:
    load_city(CITY, clock.at, staff=staff)
    before = set(models.Duty.objects.values_list("department_id", "user_id", "from_at"))
    clock.advance(timedelta(weeks=2))
    load_city(CITY, clock.at, staff=staff)
    after = set(models.Duty.objects.values_list("department_id", "user_id", "from_at"))
    assert before < after
    assert len(after - before) == pytest.approx(len(before) * 2 / ROTA_WEEKS, rel=0.2)


def test_a_refused_load_leaves_nothing(clock: Frozen) -> None:
    broken = replace(CITY, links=(replace(CITY.links[0], upper="nobody"),))
    with pytest.raises(KeyError):
        load_city(broken, clock.at)
    assert not models.Institution.objects.exists()


def test_towns_are_served_and_tied_as_the_files_say(clock: Frozen) -> None:
    load_city(CITY, clock.at)
    snapshot = network()
    served = {area.region for one in CITY.institutions for area in one.areas}
    assert set(snapshot.served_towns) == served
    assert len(snapshot.nodes) == len(CITY.institutions)
    assert len(snapshot.ties) == len(CITY.links)
