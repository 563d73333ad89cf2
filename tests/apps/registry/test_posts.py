"""Who works where on a day, who covers for whom, who answers the duty phone."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from fenji.apps.common.clock import Frozen
from fenji.apps.common.request_memory import remembering
from fenji.apps.registry import posts
from fenji.apps.registry.actions import end_post, give_post
from fenji.apps.registry.models import Absence, Duty, Membership, Team
from fenji.kernel.roles import Role
from tests.factories.world import World, make_world

TODAY = date(2026, 3, 4)
DAY = timedelta(days=1)


@pytest.fixture
def world(db: None, clock: Frozen) -> World:
    return make_world(clock.at)


def test_a_post_is_held_from_its_first_day_until_the_day_before_its_end(world: World) -> None:
    Membership.objects.filter(user=world.doctor).update(valid_from=TODAY, valid_until=TODAY + 2 * DAY)
    held = [len(posts.posts_of(world.doctor, TODAY + n * DAY)) for n in (-1, 0, 1, 2)]
    assert held == [0, 1, 1, 0]


def test_the_persons_posts_and_the_houses_people_are_asked_by_one_rule(world: World) -> None:
    Membership.objects.filter(user=world.doctor).update(valid_from=TODAY, valid_until=TODAY + 2 * DAY)
    for day in (TODAY + n * DAY for n in range(-1, 4)):
        at_house = posts.people_at(world.township.pk, day).filter(pk=world.doctor.pk).exists()
        assert bool(posts.posts_of(world.doctor, day)) == at_house, day


def test_posts_come_with_institution_and_department_in_one_query(world: World, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        (post,) = posts.posts_of(world.physician, TODAY)
        assert (post.institution.name, post.department.name) == ("阳西县人民医院", "心血管内科")  # type: ignore[union-attr]


def test_a_request_asks_once_until_somebody_changes_posts_in_it(world: World, django_assert_num_queries) -> None:
    with remembering():
        with django_assert_num_queries(1):
            assert len({len(posts.posts_of(world.doctor, TODAY)) for _ in range(3)}) == 1
        end_post(posts.posts_of(world.doctor, TODAY)[0].pk, by=None, on=TODAY)
        assert posts.posts_of(world.doctor, TODAY) == []
        give_post(world.doctor, world.township, Role.FAMILY_DOCTOR, by=None, valid_from=TODAY)
        assert len(posts.posts_of(world.doctor, TODAY)) == 1


def test_a_person_of_several_houses_has_several_roles(world: World) -> None:
    Membership.objects.create(user=world.physician, institution=world.township, role=Role.PHYSICIAN, valid_from=TODAY)
    Membership.objects.create(user=world.physician, institution=world.township, role=Role.NURSE, valid_from=TODAY)
    assert len(posts.posts_of(world.physician, TODAY)) == 3
    assert posts.roles_at(world.physician, world.township.pk, TODAY) == {Role.PHYSICIAN, Role.NURSE}
    assert posts.roles_at(world.physician, world.township.pk, TODAY - DAY) == frozenset()
    assert posts.roles_at(world.physician, world.city.pk, TODAY) == frozenset()


def test_an_account_that_is_switched_off_holds_nothing(world: World) -> None:
    world.doctor.is_active = False
    world.doctor.save()
    assert posts.posts_of(world.doctor, TODAY) == []
    assert posts.roles_at(world.doctor, world.township.pk, TODAY) == frozenset()
    assert posts.teams_of(world.doctor, TODAY) == []
    assert world.doctor not in posts.people_at(world.township.pk, TODAY)


def test_people_of_a_house_by_role_and_department(world: World) -> None:
    everyone = set(posts.people_at(world.township.pk, TODAY))
    assert everyone == {world.doctor, world.nurse, world.head}
    assert list(posts.people_at(world.township.pk, TODAY, roles=[Role.PRIMARY_HEAD])) == [world.head]
    cardio = world.departments["yx-renmin.cardio"]
    assert list(posts.people_at(world.county.pk, TODAY, department_id=cardio.pk)) == [world.physician]


def test_a_team_is_those_of_its_members_who_still_work_there(world: World) -> None:
    assert world.team
    assert set(posts.people_of_team(world.team, TODAY)) == {world.doctor, world.nurse}
    assert posts.teams_of(world.nurse, TODAY) == [world.team]
    Membership.objects.filter(user=world.nurse).update(valid_until=TODAY)
    assert set(posts.people_of_team(world.team, TODAY)) == {world.doctor}
    assert posts.teams_of(world.nurse, TODAY) == []


def test_a_team_that_was_closed_is_not_offered(world: World) -> None:
    Team.objects.create(institution=world.township, code="t9", name="旧队", valid_until=TODAY)
    assert posts.teams_at(world.township.pk) == [world.team]


def test_a_colleague_covers_for_the_span_of_the_absence(world: World, clock: Frozen) -> None:
    Absence.objects.create(user=world.doctor, covered_by=world.nurse, from_at=clock.at, until_at=clock.at + DAY)
    assert posts.colleagues_covering(world.doctor, clock.at) == [world.nurse]
    assert posts.covered_by(world.nurse, clock.at) == [world.doctor]
    assert posts.colleagues_covering(world.doctor, clock.at - DAY) == []
    assert posts.colleagues_covering(world.doctor, clock.at + DAY) == []
    assert posts.covered_by(world.doctor, clock.at) == []


def test_absences_of_a_house_are_listed_until_they_are_over(world: World, clock: Frozen) -> None:
    later = Absence.objects.create(
        user=world.doctor, covered_by=world.nurse, from_at=clock.at + DAY, until_at=clock.at + 2 * DAY
    )
    assert posts.absences_at(world.township.pk, clock.at) == [later]
    assert posts.absences_at(world.county.pk, clock.at) == []
    assert posts.absences_at(world.township.pk, clock.at + 2 * DAY) == []


class TestDuty:
    def duty(self, world: World, hours: int = 0, length: int = 12) -> Duty:
        begins = world.at + timedelta(hours=hours)
        department = world.departments["yx-renmin.office"]
        return Duty.objects.create(
            department=department, user=world.office, from_at=begins, until_at=begins + timedelta(hours=length)
        )

    def test_whoever_is_on_the_rota_answers(self, world: World) -> None:
        duty = self.duty(world)
        assert posts.on_duty(duty.department, duty.from_at) == world.office
        assert posts.on_duty(duty.department.pk, duty.until_at) is None  # half-open: the next one's time
        assert posts.duty_phone(duty.department) == "0662-0000120"

    def test_a_gap_in_the_rota_is_nobody(self, world: World) -> None:
        assert posts.on_duty(world.departments["yx-renmin.office"], world.at) is None

    def test_the_one_who_covers_answers_for_who_is_away(self, world: World) -> None:
        duty = self.duty(world)
        Absence.objects.create(
            user=world.office, covered_by=world.physician, from_at=world.at, until_at=world.at + timedelta(hours=1)
        )
        assert posts.on_duty(duty.department, world.at) == world.physician
        assert posts.on_duty(duty.department, world.at + timedelta(hours=2)) == world.office

    def test_a_closed_account_answers_nothing(self, world: World) -> None:
        duty = self.duty(world)
        world.office.is_active = False
        world.office.save()
        assert posts.on_duty(duty.department, world.at) is None

    def test_the_rota_lists_what_touches_the_span(self, world: World) -> None:
        first, second = self.duty(world), self.duty(world, hours=12)
        begins = timezone.localtime(world.at)
        assert posts.rota(first.department, begins + timedelta(hours=11), begins + timedelta(hours=13)) == [
            first,
            second,
        ]
        assert posts.rota(first.department, begins + timedelta(hours=24), begins + timedelta(hours=30)) == []

    def test_without_a_duty_phone_the_department_s_own_is_given(self, world: World) -> None:
        cardio = world.departments["yx-renmin.cardio"]
        assert posts.duty_phone(cardio) == ""
        cardio.institution.phone = "0662-0000001"
        assert posts.duty_phone(cardio) == "0662-0000001"
