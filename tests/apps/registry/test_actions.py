"""The network is changed by those whose business it is, and every change leaves its trace."""

from datetime import date, timedelta
from typing import Any

import pytest

from fenji.apps.accounts.errors import NotOnSelf, NotYourOffice
from fenji.apps.accounts.models import User
from fenji.apps.common.clock import Frozen
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.common.models import AuditEvent
from fenji.apps.registry import actions, posts
from fenji.apps.registry.errors import AdministratorHasNoPost, CodeTaken, DutyTaken, NotRotaKeeper, PostHeld
from fenji.apps.registry.models import Absence, Duty, Institution, Membership
from fenji.apps.registry.queries import institution_named
from fenji.kernel.roles import Office, Role
from tests.factories.world import World, make_world

TODAY = date(2026, 3, 4)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def world(db: None, clock: Frozen) -> World:
    world = make_world(clock.at)
    for office in (Office.SYSTEM, Office.SECURITY, Office.AUDIT):
        world.people[office.value] = User.objects.create_user(office.value, name=office.value, office=office)
    return world


def trail(verb: str) -> AuditEvent:
    return AuditEvent.objects.get(verb=verb)


class TestPosts:
    def give(self, world: World, by: str = "security", role: Any = Role.NURSE, **more: Any) -> Membership:
        return actions.give_post(world.doctor, world.township, role, by=getattr(world, by), **more)

    def test_a_security_administrator_gives_a_post_from_today(self, world: World) -> None:
        post = self.give(world)
        assert (post.valid_from, post.valid_until) == (TODAY, None)
        assert posts.roles_at(world.doctor, world.township.pk, TODAY) == {Role.FAMILY_DOCTOR, Role.NURSE}
        event = trail("post.give")
        assert (event.actor_id, event.institution_id) == (world.security.pk, world.township.pk)
        assert event.details == {"user": world.doctor.pk, "role": "nurse", "from": "2026-03-04", "until": None}

    @pytest.mark.parametrize("by", ["system", "audit", "head", "doctor", "officer"])
    def test_nobody_else_does(self, world: World, by: str) -> None:
        with pytest.raises(NotYourOffice):
            self.give(world, by=by)
        with pytest.raises(NotYourOffice):
            actions.end_post(Membership.objects.get(user=world.nurse).pk, by=getattr(world, by))

    def test_an_administrator_has_no_post_and_gives_none_to_the_own_account(self, world: World) -> None:
        with pytest.raises(AdministratorHasNoPost):
            actions.give_post(world.audit, world.township, Role.NURSE, by=world.security)
        with pytest.raises(NotOnSelf):
            actions.give_post(world.security, world.township, Role.NURSE, by=world.security)

    def test_a_post_that_is_held_is_not_given_again(self, world: World) -> None:
        self.give(world)
        with pytest.raises(PostHeld):
            self.give(world)

    def test_an_ended_post_revives(self, world: World, clock: Frozen) -> None:
        first = self.give(world)
        actions.end_post(first.pk, by=world.security)
        clock.advance(10 * DAY)
        again = self.give(world)
        assert (again.pk, again.valid_from, again.valid_until) == (first.pk, TODAY + 10 * DAY, None)

    def test_the_department_must_be_the_house_s(self, world: World) -> None:
        with pytest.raises(Invalid) as error:
            self.give(world, department=world.departments["yx-renmin.cardio"])
        assert set(error.value.fields) == {"department"}

    def test_an_unknown_role_and_an_empty_span_are_refused(self, world: World) -> None:
        for more, field in (({"role": "king"}, "role"), ({"valid_until": TODAY}, "valid_until")):
            with pytest.raises(Invalid) as error:
                self.give(world, **more)
            assert set(error.value.fields) == {field}

    def test_programs_and_people_hold_different_posts(self, world: World) -> None:
        program = User.objects.create_user("his", name="HIS", is_program=True)
        with pytest.raises(Invalid):
            actions.give_post(program, world.township, Role.NURSE, by=world.security)
        with pytest.raises(Invalid):
            self.give(world, role=Role.PROGRAM)
        assert actions.give_post(program, world.township, Role.PROGRAM, by=world.security).pk

    def test_ending_a_post_ends_it_today_and_once(self, world: World) -> None:
        post = Membership.objects.get(user=world.nurse)
        actions.end_post(post.pk, by=world.security)
        assert posts.posts_of(world.nurse, TODAY) == []
        assert posts.posts_of(world.nurse, TODAY - DAY) != []
        actions.end_post(post.pk, by=world.security)
        assert AuditEvent.objects.filter(verb="post.end").count() == 1

    def test_a_post_that_does_not_exist(self, world: World) -> None:
        with pytest.raises(NotFound):
            actions.end_post(0, by=world.security)


class TestAbsences:
    def away(self, world: World, by: str = "doctor", covered_by: str = "nurse", **more: Any) -> Absence:
        span = {"from_at": world.at, "until_at": world.at + DAY, **more}
        return actions.add_absence(world.doctor, getattr(world, covered_by), by=getattr(world, by), **span)

    @pytest.mark.parametrize("by", ["doctor", "head"])
    def test_oneself_or_the_head_arranges_cover(self, world: World, by: str) -> None:
        self.away(world, by=by, reason="进修")
        assert posts.colleagues_covering(world.doctor, world.at) == [world.nurse]
        assert trail("absence.add").details == {"covered_by": world.nurse.pk}

    @pytest.mark.parametrize("by", ["nurse", "office", "security"])
    def test_others_do_not(self, world: World, by: str) -> None:
        with pytest.raises(NotRotaKeeper):
            self.away(world, by=by)

    @pytest.mark.parametrize("covered_by", ["doctor", "physician", "patient"])
    def test_only_a_colleague_of_the_house_covers(self, world: World, covered_by: str) -> None:
        with pytest.raises(Invalid) as error:
            self.away(world, covered_by=covered_by)
        assert set(error.value.fields) == {"covered_by"}

    def test_who_is_away_covers_nobody(self, world: World) -> None:
        Absence.objects.create(user=world.nurse, covered_by=world.head, from_at=world.at, until_at=world.at + DAY)
        with pytest.raises(Invalid):
            self.away(world)

    def test_an_empty_span_is_refused(self, world: World) -> None:
        with pytest.raises(Invalid) as error:
            self.away(world, until_at=world.at)
        assert set(error.value.fields) == {"until_at"}

    def test_who_comes_back_early_ends_the_cover(self, world: World, clock: Frozen) -> None:
        absence = self.away(world)
        clock.advance(HOUR)
        actions.end_absence(absence.pk, by=world.doctor)
        assert posts.colleagues_covering(world.doctor, clock.at) == []
        assert posts.colleagues_covering(world.doctor, clock.at - HOUR) == [world.nurse]

    def test_an_absence_to_come_is_taken_off(self, world: World) -> None:
        absence = self.away(world, from_at=world.at + DAY, until_at=world.at + 2 * DAY)
        with pytest.raises(NotRotaKeeper):
            actions.end_absence(absence.pk, by=world.nurse)
        actions.end_absence(absence.pk, by=world.head)
        assert not Absence.objects.exists()
        assert trail("absence.end").subject_id == str(absence.pk)


class TestDuties:
    def put(self, world: World, by: str = "office", user: str = "office", begins: int = 0, hours: int = 12) -> Duty:
        from_at = world.at + begins * HOUR
        return actions.set_duty(
            world.departments["yx-renmin.office"],
            getattr(world, user),
            from_at=from_at,
            until_at=from_at + hours * HOUR,
            by=getattr(world, by),
        )

    def test_the_office_puts_someone_on_the_phone(self, world: World) -> None:
        duty = self.put(world, user="physician")
        assert posts.on_duty(duty.department, world.at) == world.physician
        assert trail("duty.set").details == {"user": world.physician.pk}

    @pytest.mark.parametrize("by", ["physician", "head", "tcm_office", "security"])
    def test_others_do_not(self, world: World, by: str) -> None:
        with pytest.raises(NotRotaKeeper):
            self.put(world, by=by)

    @pytest.mark.parametrize(("begins", "hours"), [(0, 12), (11, 12), (-3, 4), (3, 1), (-1, 20)])
    def test_one_telephone_is_not_answered_by_two(self, world: World, begins: int, hours: int) -> None:
        self.put(world)
        with pytest.raises(DutyTaken):
            self.put(world, user="physician", begins=begins, hours=hours)
        assert Duty.objects.count() == 1

    def test_the_next_turn_begins_where_the_last_ended(self, world: World) -> None:
        self.put(world)
        self.put(world, begins=12)
        assert Duty.objects.count() == 2

    def test_a_stranger_is_not_on_duty(self, world: World) -> None:
        with pytest.raises(Invalid) as error:
            self.put(world, user="doctor")
        assert set(error.value.fields) == {"user"}

    def test_a_freed_span_can_be_given_to_another(self, world: World, clock: Frozen) -> None:
        duty = self.put(world)
        clock.advance(2 * HOUR)
        actions.end_duty(duty.pk, by=world.office)
        assert posts.on_duty(duty.department, world.at + HOUR) == world.office
        self.put(world, user="physician", begins=2, hours=10)
        assert posts.on_duty(duty.department, clock.at) == world.physician

    def test_freeing_is_the_rota_keeper_s_too(self, world: World) -> None:
        duty = self.put(world)
        with pytest.raises(NotRotaKeeper):
            actions.end_duty(duty.pk, by=world.physician)
        with pytest.raises(NotFound):
            actions.end_duty(0, by=world.office)


class TestInstitutions:
    def fields(self, world: World, **more: Any) -> dict[str, Any]:
        return {"code": "new", "name": "新建镇卫生院", "kind": "township", "tier": 2, "region": world.region, **more}

    def register(self, world: World, by: str = "system", **more: Any) -> Institution:
        return actions.register_institution(by=getattr(world, by), **self.fields(world, **more))

    def test_a_system_administrator_registers_one_with_its_aliases(self, world: World) -> None:
        made = self.register(world, aliases=("新建卫生院", " 新 院 "))
        assert institution_named("新院") == institution_named("新建卫生院") == made
        assert (made.short_name, made.level, made.basis) == ("新建镇卫生院", "none", "stated")
        assert made.name_pinyin == "xin jian zhen wei sheng yuan"
        assert trail("institution.register").institution_id == made.pk

    @pytest.mark.parametrize("by", ["security", "audit", "head", "officer"])
    def test_nobody_else_does(self, world: World, by: str) -> None:
        with pytest.raises(NotYourOffice):
            self.register(world, by=by)

    def test_every_bad_field_is_named(self, world: World) -> None:
        with pytest.raises(Invalid) as error:
            self.register(
                world, name="", kind="palace", tier=9, uscc="12441702DEM00041XX", longitude=400.0, colour="red",
                functions="all",
            )  # fmt: skip
        assert set(error.value.fields) == {"name", "kind", "tier", "uscc", "longitude", "colour", "functions"}

    def test_a_code_or_alias_in_use_is_refused(self, world: World) -> None:
        self.register(world, aliases=("别名",))
        with pytest.raises(CodeTaken):
            self.register(world)
        with pytest.raises(CodeTaken):
            self.register(world, code="newer", aliases=("别名",))
        assert not Institution.objects.filter(code="newer").exists()

    def test_an_update_changes_what_is_given_and_says_what(self, world: World) -> None:
        made = self.register(world, aliases=("旧名",))
        actions.update_institution(made.pk, by=world.system, name="改名卫生院", phone="0662-0000001")
        made.refresh_from_db()
        assert (made.name, made.name_pinyin[:8], made.phone) == ("改名卫生院", "gai ming", "0662-0000001")
        assert institution_named("旧名") == made
        assert trail("institution.update").details == {"fields": ["name", "phone"]}

    def test_an_update_can_end_it_and_replace_its_aliases(self, world: World) -> None:
        made = self.register(world, aliases=("旧名", "留名"))
        actions.update_institution(made.pk, by=world.system, valid_until=TODAY, aliases=("留名", "新名"))
        assert set(made.aliases.values_list("name", flat=True)) == {"留名", "新名"}
        made.refresh_from_db()
        assert made.valid_until == TODAY

    def test_the_code_never_changes(self, world: World) -> None:
        made = self.register(world)
        with pytest.raises(Invalid) as error:
            actions.update_institution(made.pk, by=world.system, code="other")
        assert set(error.value.fields) == {"code"}

    def test_what_does_not_exist_is_not_updated(self, world: World) -> None:
        with pytest.raises(NotFound):
            actions.update_institution(0, by=world.system, phone="1")
