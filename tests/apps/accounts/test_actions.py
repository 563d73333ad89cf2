"""Accounts opened, closed, given offices and keys: what changes, what is refused, what is recorded."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from fenji.apps.accounts import actions, queries
from fenji.apps.accounts.errors import (
    HasPosts,
    IsNotProgram,
    IsProgram,
    LastAdministrator,
    NoSuchAccount,
    NotOnSelf,
    NotYourOffice,
    OfficeTaken,
    UsernameTaken,
    WeakPassword,
)
from fenji.apps.accounts.models import ApiToken, User
from fenji.apps.common.clock import Frozen
from fenji.apps.common.errors import Invalid
from fenji.apps.common.models import AuditEvent
from fenji.kernel.roles import Office
from tests.factories.accounts import PASSWORD, administrator, person, program

pytestmark = pytest.mark.django_db


@pytest.fixture
def security() -> User:
    return administrator(Office.SECURITY)


# Every action on an account, with what it needs beside the account.
ACTIONS: dict[str, Callable[[User, User], Any]] = {
    "disable": lambda user, by: actions.disable(user.pk, reason="离职", by=by),
    "enable": lambda user, by: actions.enable(user.pk, by=by),
    "set_password": lambda user, by: actions.set_password(user.pk, by=by),
    "give_office": lambda user, by: actions.give_office(user.pk, Office.AUDIT, by=by),
    "take_office": lambda user, by: actions.take_office(user.pk, by=by),
    "unlock": lambda user, by: actions.unlock(user.pk, by=by),
    "reset_second_factor": lambda user, by: actions.reset_second_factor(user.pk, by=by),
    "issue_token": lambda user, by: actions.issue_token(user.pk, "x", by=by),
}


@pytest.mark.parametrize("office", [Office.SYSTEM, Office.AUDIT, Office.NONE])
@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_only_the_security_administrator_touches_accounts(action: str, office: Office) -> None:
    user, by = person(), person("by", office=office.value)
    before = User.objects.filter(pk=user.pk).values().get()
    with pytest.raises(NotYourOffice):
        ACTIONS[action](user, by)
    assert User.objects.filter(pk=user.pk).values().get() == before
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_nobody_does_it_to_oneself(action: str, security: User) -> None:
    with pytest.raises(NotOnSelf):
        ACTIONS[action](security, security)


@pytest.mark.parametrize("action", sorted(set(ACTIONS) - {"issue_token"}))
def test_each_leaves_one_event_with_actor_and_account(action: str, security: User) -> None:
    user = person()
    ACTIONS[action](user, security)
    event = AuditEvent.objects.get()
    assert (event.actor_id, event.subject_kind, event.subject_id) == (security.pk, "user", str(user.pk))


def test_a_new_person_gets_a_temporary_password_that_must_be_changed(security: User, clock: Frozen) -> None:
    user, password = actions.create_person(username="Lin.GQ", name="林国强", by=security)
    user.refresh_from_db()
    assert user.username == "lin.gq"
    assert user.name_pinyin == "lin guo qiang"
    assert user.check_password(password)
    assert user.password_temporary_until == clock.at + timedelta(hours=72)
    assert len(password) == 19
    assert password not in str(AuditEvent.objects.values_list())


def test_a_username_is_taken_whatever_its_case(security: User) -> None:
    person("lin")
    with pytest.raises(UsernameTaken):
        actions.create_person(username="LIN", name="林二", by=security)


@pytest.mark.parametrize(
    "given", [{"username": "", "name": "林"}, {"username": "a b", "name": "林"}, {"username": "a", "name": " "}]
)
def test_an_account_needs_name_and_username_without_blanks(given: dict[str, str], security: User) -> None:
    with pytest.raises(Invalid) as refused:
        actions.create_person(**given, by=security)
    assert refused.value.fields
    assert User.objects.count() == 1


def test_the_database_refuses_what_the_actions_prevent() -> None:
    for wrong in (
        {"username": "Upper"},
        {"username": "b", "office": "king"},
        {"username": "c", "is_program": True, "password": "pbkdf2$x"},
        {"username": "d", "is_program": True, "password": "!", "office": "audit"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.create(name="x", **wrong)


def test_disabling_ends_sessions_and_tokens(security: User, clock: Frozen) -> None:
    user = program()
    _, secret = actions.issue_token(user.pk, "HIS", by=security)
    stamp = user.session_stamp
    assert queries.user_by_token(secret, at=clock.at) == user
    actions.disable(user.pk, reason="停用接口", by=security)
    user.refresh_from_db()
    assert user.session_stamp != stamp
    assert queries.user_by_token(secret, at=clock.at) is None
    actions.enable(user.pk, by=security)
    assert queries.user_by_token(secret, at=clock.at) is None, "a revoked token stays revoked"


def test_the_reason_of_a_closure_is_kept_without_numbers(security: User) -> None:
    user = person()
    actions.disable(user.pk, reason="本人 441702199001011234 离职，电话 13800138000", by=security)
    reason = AuditEvent.objects.get(verb="account.disable").reason
    assert "441702199001011234" not in reason
    assert "13800138000" not in reason
    assert "离职" in reason


def test_a_reset_password_replaces_the_old_one(security: User) -> None:
    user = person()
    password = actions.set_password(user.pk, by=security)
    user.refresh_from_db()
    assert not user.check_password(PASSWORD)
    assert user.check_password(password)
    assert user.password_temporary_until is not None


@pytest.mark.parametrize("weak", ["short-1", "123456789012", "linguoqiang1", "password1234"])
def test_a_weak_password_is_refused_with_reasons(weak: str) -> None:
    user = person("linguoqiang", name="林国强")
    with pytest.raises(WeakPassword) as refused:
        actions.change_own_password(weak, by=user)
    assert refused.value.fields["password"]
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_a_program_has_no_password_and_a_person_no_token(security: User) -> None:
    with pytest.raises(IsProgram):
        actions.set_password(program().pk, by=security)
    with pytest.raises(IsNotProgram):
        actions.issue_token(person().pk, "x", by=security)


def test_one_account_holds_one_office(security: User) -> None:
    user = person()
    actions.give_office(user.pk, Office.AUDIT, by=security)
    with pytest.raises(OfficeTaken):
        actions.give_office(user.pk, Office.SYSTEM, by=security)
    user.refresh_from_db()
    assert user.office == Office.AUDIT


def test_who_works_at_an_institution_cannot_administer(security: User, clock: Frozen) -> None:
    from tests.factories.world import make_world

    world = make_world(clock.at)
    with pytest.raises(HasPosts):
        actions.give_office(world.doctor.pk, Office.AUDIT, by=security)
    with pytest.raises(HasPosts):
        actions.give_office(world.patient.pk, Office.AUDIT, by=security)


def test_the_last_security_administrator_stays(security: User) -> None:
    with pytest.raises(LastAdministrator):
        actions.take_office(security.pk, by=None)
    with pytest.raises(LastAdministrator):
        actions.disable(security.pk, reason="x", by=None)
    other = administrator(Office.SECURITY, "second")
    actions.disable(security.pk, reason="调离", by=other)
    security.refresh_from_db()
    assert not security.is_active


def test_a_token_is_shown_once_and_only_its_hash_kept(security: User, clock: Frozen) -> None:
    token, secret = actions.issue_token(program().pk, "人民医院 HIS", by=security)
    assert len(secret) > 43
    assert secret not in str(ApiToken.objects.values_list()) + str(AuditEvent.objects.values_list())
    assert token.token_hash == queries.hash_of(secret)
    assert token.expires_at == clock.at + timedelta(days=365)


def test_a_token_ends_when_revoked_or_expired(security: User, clock: Frozen) -> None:
    user = program()
    first, one = actions.issue_token(user.pk, "一", by=security, expires_at=clock.at + timedelta(days=1))
    _, two = actions.issue_token(user.pk, "二", by=security)
    assert queries.user_by_token(one, at=clock.at) == user
    assert queries.user_by_token(one, at=clock.at + timedelta(days=1)) is None
    actions.revoke_token(first.pk, by=security)
    assert queries.user_by_token(one, at=clock.at) is None
    assert queries.user_by_token(two, at=clock.at) == user
    assert queries.user_by_token("fenji_guess", at=clock.at) is None
    assert queries.user_by_token("", at=clock.at) is None


def test_use_of_a_token_is_noted_to_the_minute(security: User, clock: Frozen) -> None:
    token, secret = actions.issue_token(program().pk, "一", by=security)
    for seconds in (0, 30, 61):
        queries.user_by_token(secret, at=clock.at + timedelta(seconds=seconds))
        token.refresh_from_db()
        assert token.last_used_at == clock.at + timedelta(seconds=0 if seconds < 60 else 61)


def test_an_unknown_account_is_said_to_be_unknown(security: User) -> None:
    with pytest.raises(NoSuchAccount):
        actions.disable(10**9, reason="x", by=security)


def test_people_are_found_by_name_pinyin_and_username_but_residents_only_whole(security: User, clock: Frozen) -> None:
    from tests.factories.world import make_world

    world = make_world(clock.at)
    actions.create_person(username="g-017", name="欧阳静", by=security)
    for words in ("欧阳", "ou yang", "g-0", "G-017"):
        assert [user.name for user in queries.people(words, by=security)] == ["欧阳静"], words
    assert world.patient not in queries.people(by=security)
    assert world.patient not in queries.people(world.patient.name[:3], by=security)
    assert list(queries.people(world.patient.username, by=security)) == [world.patient]
    with pytest.raises(NotYourOffice):
        queries.people(by=administrator(Office.SYSTEM))
