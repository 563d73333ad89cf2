"""A resident's account: opened at the counter to who is there with papers, for relatives too, closed by who may."""

from datetime import date, timedelta

import pytest
from django.contrib.auth import authenticate
from django.test import RequestFactory

from fenji.apps.accounts import passwords
from fenji.apps.accounts.actions import change_own_password
from fenji.apps.accounts.errors import UsernameTaken
from fenji.apps.accounts.models import User
from fenji.apps.common.clock import Frozen
from fenji.apps.common.errors import Forbidden, Invalid, NotFound
from fenji.apps.common.models import AuditEvent
from fenji.apps.notices.models import Notice
from fenji.apps.residents.actions import accounts_of, end_account, let_act, open_account
from fenji.apps.residents.errors import NoAccountYet, NoReadingPost
from fenji.apps.residents.models import Resident, ResidentAccount
from fenji.apps.residents.queries import residents_of_account
from fenji.apps.residents.relations import relation_for
from tests.apps.residents.conftest import id_number, registered
from tests.factories.world import World


@pytest.fixture
def li(world: World) -> Resident:
    return registered(world)


def tail(resident: Resident) -> str:
    from fenji.apps.residents import identity

    return identity.id_number(resident)[-4:]


def opened(world: World, resident: Resident, by: str = "nurse") -> tuple[User, str]:
    return open_account(
        resident.pk, tail=tail(resident), by=getattr(world, by), institution_id=world.township.pk
    )  # fmt: skip


def may_log_in(user: User, code: str) -> bool:
    return authenticate(RequestFactory().post("/login/"), username=user.username, password=code) is not None


def test_who_is_there_with_papers_gets_an_account_and_a_code(world: World, li: Resident, clock: Frozen) -> None:
    user, code = opened(world, li)
    assert user.username == li.card_number
    assert user.password_temporary_until == clock.at + passwords.TEMPORARY_FOR
    assert may_log_in(user, code)
    assert [one.resident for one in residents_of_account(user, clock.at)] == [li]
    event = AuditEvent.objects.get(verb="resident.open_account")
    assert (event.actor_id, event.resident_id) == (world.nurse.pk, li.pk)
    assert code not in str(event.details)


def test_the_resident_hears_of_it_without_a_secret(world: World, li: Resident) -> None:
    user, code = opened(world, li)
    notices = list(Notice.objects.filter(kind="account.opened", resident_id=li.pk))
    assert "desk" in {one.channel for one in notices}
    assert "call" not in {one.channel for one in notices}  # the resident stood at the counter a moment ago
    assert all(world.township.short_name in one.text or one.channel != "desk" for one in notices)
    assert "开通" in next(one.text for one in notices if one.channel == "desk")
    said = " ".join(one.text for one in notices)
    assert not any(secret in said for secret in (code, user.username, li.name))
    opened(world, li)  # a new code
    again = Notice.objects.filter(kind="account.opened", channel="desk").order_by("pk").last()
    assert again is not None
    assert "重新发放" in again.text


def test_the_code_is_void_after_three_days(world: World, li: Resident, clock: Frozen) -> None:
    user, code = opened(world, li)
    clock.advance(passwords.TEMPORARY_FOR + timedelta(seconds=1))
    assert not may_log_in(user, code)


@pytest.mark.parametrize("wrong", ["", "0000", "12345"])
def test_papers_that_do_not_match_open_nothing(world: World, li: Resident, wrong: str) -> None:
    with pytest.raises(Invalid):
        open_account(li.pk, tail=wrong, by=world.nurse, institution_id=world.township.pk)
    assert not User.objects.filter(username=li.card_number).exists()


def test_only_a_counter_that_may_see_the_resident_opens_one(world: World, li: Resident) -> None:
    with pytest.raises(NotFound):  # no care relation
        open_account(li.pk, tail=tail(li), by=world.office, institution_id=world.county.pk)
    with pytest.raises(NoReadingPost):  # not from a post held elsewhere
        open_account(li.pk, tail=tail(li), by=world.nurse, institution_id=world.county.pk)
    user, _code = opened(world, li)
    with pytest.raises(Forbidden):  # nobody opens the own one
        open_account(li.pk, tail=tail(li), by=user, institution_id=world.township.pk)


def test_a_second_time_gives_a_new_code_and_ends_what_was(world: World, li: Resident, clock: Frozen) -> None:
    user, first = opened(world, li)
    change_own_password("a whole new sentence 7", by=user)
    again, second = opened(world, li, by="doctor")
    assert again.pk == user.pk
    assert again.session_stamp != user.session_stamp
    assert [may_log_in(again, word) for word in (first, "a whole new sentence 7", second)] == [False, False, True]
    assert ResidentAccount.objects.filter(resident=li).count() == 1


def test_a_member_of_staff_with_that_name_is_left_alone(world: World, li: Resident) -> None:
    User.objects.filter(pk=world.doctor.pk).update(username=li.card_number)
    with pytest.raises(UsernameTaken):
        opened(world, li)


def test_a_daughter_acts_for_her_father_until_he_ends_it(world: World, li: Resident, clock: Frozen) -> None:
    daughter = registered(
        world, name="李小梅", id_number=id_number(date(1995, 2, 3), 124), phone="13800005678"
    )  # fmt: skip
    given = {"relation": "parent", "tail": tail(li), "by": world.nurse, "institution_id": world.township.pk}
    with pytest.raises(NoAccountYet):
        let_act(li.pk, holder_card=daughter.card_number, **given)
    hers, _code = opened(world, daughter)
    his, _code = opened(world, li)
    made = let_act(li.pk, holder_card=daughter.card_number, **given)
    assert [one.relation for one in residents_of_account(hers, clock.at)] == ["self", "parent"]
    found = relation_for(hers, li.pk, clock.at)
    assert found is not None and found.kind == "proxy"
    assert [one.user for one in accounts_of(li.pk, clock.at)] == [his, hers]
    with pytest.raises(NotFound):  # she cannot close his own account
        end_account(accounts_of(li.pk, clock.at)[0].pk, by=hers)
    end_account(made.pk, by=his)
    assert relation_for(hers, li.pk, clock.at) is None
    assert [one.relation for one in residents_of_account(hers, clock.at)] == ["self"]


def test_nobody_is_the_own_relative(world: World, li: Resident) -> None:
    opened(world, li)
    with pytest.raises(Invalid):
        let_act(
            li.pk, holder_card=li.card_number, relation="parent", tail=tail(li), by=world.nurse,
            institution_id=world.township.pk,
        )  # fmt: skip


def test_the_resident_closes_the_own_account_and_can_have_it_again(world: World, li: Resident, clock: Frozen) -> None:
    user, code = opened(world, li)
    end_account(accounts_of(li.pk, clock.at)[0].pk, by=user)
    user.refresh_from_db()
    assert not user.is_active
    assert not may_log_in(user, code)
    assert accounts_of(li.pk, clock.at) == []
    again, code = opened(world, li)
    assert may_log_in(again, code)
    assert len(accounts_of(li.pk, clock.at)) == 1


def test_the_counter_closes_it_and_a_strange_house_does_not(world: World, li: Resident, clock: Frozen) -> None:
    opened(world, li)
    account = accounts_of(li.pk, clock.at)[0]
    with pytest.raises(NotFound):
        end_account(account.pk, by=world.office)
    end_account(account.pk, by=world.nurse)
    assert accounts_of(li.pk, clock.at) == []
    with pytest.raises(NotFound):
        end_account(account.pk, by=world.nurse)


def test_the_demonstrations_account_is_shared_and_stays(world: World, clock: Frozen) -> None:
    assert world.resident is not None
    User.objects.filter(pk=world.patient.pk).update(is_demonstration=True)
    world.patient.refresh_from_db()
    with pytest.raises(Forbidden):
        end_account(accounts_of(world.resident.pk, clock.at)[0].pk, by=world.patient)
    assert len(accounts_of(world.resident.pk, clock.at)) == 1
