"""The desk of the three administrators: each sees the own pages and no other, nobody else sees any."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from fenji.apps.accounts import actions, queries
from fenji.apps.accounts.models import ApiToken, User
from fenji.apps.common.clock import Frozen
from fenji.apps.common.models import AuditEvent
from fenji.kernel.roles import Office, Role
from fenji.web.administration.acts import ACTS
from fenji.web.administration.urls import urlpatterns
from tests.factories.accounts import PASSWORD, administrator, person, program
from tests.factories.world import World, make_world

pytestmark = pytest.mark.django_db

OFFICE_OF = {
    "administration_people": Office.SECURITY,
    "administration_create": Office.SECURITY,
    "administration_person": Office.SECURITY,
    "administration_act": Office.SECURITY,
    "administration_give_post": Office.SECURITY,
    "administration_end_post": Office.SECURITY,
    "administration_issue_token": Office.SECURITY,
    "administration_revoke_token": Office.SECURITY,
    "administration_audit": Office.AUDIT,
    "administration_audit_export": Office.AUDIT,
    "administration_emergencies": Office.AUDIT,
    "administration_review": Office.AUDIT,
    "administration_system": Office.SYSTEM,
    "administration_institutions": Office.SYSTEM,
}
PUBLIC = {"health", "metrics"}


@pytest.fixture
def world(clock: Frozen) -> World:
    return make_world(clock.at)


@pytest.fixture
def security(client: Client) -> User:
    user = administrator(Office.SECURITY)
    client.force_login(user)
    return user


def address(name: str, user: User) -> str:
    kwargs = {
        "administration_person": {"user_id": user.pk},
        "administration_act": {"user_id": user.pk, "act": "disable"},
        "administration_give_post": {"user_id": user.pk},
        "administration_issue_token": {"user_id": user.pk},
        "administration_end_post": {"post_id": 1},
        "administration_revoke_token": {"token_id": 1},
        "administration_review": {"event_id": 1},
    }.get(name)
    return reverse(name, kwargs=kwargs)


# --- who sees what


def test_every_page_of_the_desk_has_an_office() -> None:
    names = {pattern.name for pattern in urlpatterns}
    assert names == set(OFFICE_OF) | PUBLIC


@pytest.mark.parametrize("name", sorted(OFFICE_OF))
def test_every_page_answers_others_as_if_it_did_not_exist(name: str, world: World) -> None:
    user = person("lin")
    before = AuditEvent.objects.count(), User.objects.count()
    others = [
        administrator(office) for office in (Office.SYSTEM, Office.SECURITY, Office.AUDIT) if office != OFFICE_OF[name]
    ]
    for who in (*others, world.doctor, world.patient, person("nobody")):
        client = Client()
        client.force_login(who)
        absent = client.get("/does-not-exist/")
        for answer in (client.get(address(name, user)), client.post(address(name, user))):
            assert answer.status_code in {404, 405}, (name, who)
            if answer.status_code == 404:
                assert "没有找到" in answer.content.decode()
                assert absent.status_code == 404
    user.refresh_from_db()
    assert user.is_active
    assert before[0] + 5 == AuditEvent.objects.count(), "five logins and nothing else"


@pytest.mark.parametrize("name", sorted(OFFICE_OF))
def test_a_stranger_is_sent_to_the_login(name: str, client: Client) -> None:
    answer = client.get(address(name, person("lin")))
    assert answer.status_code == 405 or answer["Location"].startswith("/login/?next=")


@pytest.mark.parametrize(
    ("office", "first"),
    [
        (Office.SECURITY, "administration_people"),
        (Office.AUDIT, "administration_audit"),
        (Office.SYSTEM, "administration_system"),
    ],
)
def test_each_administrator_begins_at_the_own_desk(office: Office, first: str, client: Client) -> None:
    client.force_login(administrator(office))
    answer = client.get("/", follow=True)
    assert answer.resolver_match.view_name == first
    assert answer.status_code == 200


# --- accounts


def test_a_person_is_created_and_the_temporary_password_shown_once(client: Client, security: User) -> None:
    given = {"name": "欧阳静", "username": "g-017", "title": "护师", "licence": "", "phone": "0662-3411234"}
    answer = client.post(reverse("administration_create"), given, follow=True)
    user = User.objects.get(username="g-017")
    once = answer.context["once"].value
    assert user.check_password(once)
    assert once in answer.content.decode()
    assert once not in client.get(reverse("administration_person", args=[user.pk])).content.decode()
    assert once not in str(dict(client.session))


def test_a_temporary_password_is_sealed_while_it_waits(client: Client, security: User) -> None:
    client.post(reverse("administration_create"), {"name": "欧阳静", "username": "g-017"})
    password = str(client.session["shown_once"])
    user = User.objects.get(username="g-017")
    assert not any(user.check_password(word) for word in password.replace("'", " ").split())


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": "", "username": "x"}, "name"),
        ({"name": "林", "username": "SECURITY"}, "用户名已被使用"),
        ({"name": "林", "username": "a b"}, "空格"),
    ],
)
def test_a_wrong_form_creates_nothing_and_says_where(
    given: dict[str, str], words: str, client: Client, security: User
) -> None:
    answer = client.post(reverse("administration_create"), given)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert User.objects.count() == 1


def test_a_program_gets_no_password_but_a_token_shown_once(client: Client, security: User, clock: Frozen) -> None:
    client.post(reverse("administration_create"), {"name": "医院系统", "username": "his", "is_program": "on"})
    user = User.objects.get(username="his")
    assert user.is_program
    assert not user.has_usable_password()
    answer = client.post(
        reverse("administration_issue_token", args=[user.pk]), {"label": "HIS", "days": 30}, follow=True
    )
    secret = answer.context["once"].value
    assert secret in answer.content.decode()
    assert queries.user_by_token(secret, at=clock.at) == user
    token = ApiToken.objects.get()
    assert token.expires_at == clock.at + timedelta(days=30)
    client.post(reverse("administration_revoke_token", args=[token.pk]))
    assert queries.user_by_token(secret, at=clock.at) is None


@pytest.mark.parametrize("days", ["0", "366", "-1", "x", ""])
def test_a_token_is_valid_for_a_year_at_most(days: str, client: Client, security: User) -> None:
    answer = client.post(reverse("administration_issue_token", args=[program().pk]), {"label": "HIS", "days": days})
    assert answer.status_code == 422
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("slug", sorted(ACTS))
def test_every_act_is_asked_first_and_done_by_post(slug: str, client: Client, security: User) -> None:
    start: dict[str, Any] = {"enable": {"is_active": False}, "take-office": {"office": "audit"}}.get(slug, {})
    user = person("lin", **start)
    path = reverse("administration_act", args=[user.pk, slug])
    before = User.objects.filter(pk=user.pk).values().get()
    page = client.get(path)
    assert page.status_code == 200
    assert str(ACTS[slug].lead) in page.content.decode()
    assert User.objects.filter(pk=user.pk).values().get() == before
    answer = client.post(path, {"reason": "离职"})
    assert answer["Location"] == reverse("administration_person", args=[user.pk])
    assert AuditEvent.objects.filter(
        verb__startswith="account.", actor_id=security.pk, subject_id=str(user.pk)
    ).exists()


def test_an_unknown_act_is_not_found(client: Client, security: User) -> None:
    assert client.post(reverse("administration_act", args=[person("lin").pk, "promote"])).status_code == 404


def test_on_the_own_page_there_is_nothing_to_press_and_pressing_is_refused(client: Client, security: User) -> None:
    page = client.get(reverse("administration_person", args=[security.pk]))
    assert page.context["acts"] == []
    assert "您自己的账号" in page.content.decode()
    for slug in ACTS:
        assert client.post(reverse("administration_act", args=[security.pk, slug])).status_code == 403
    security.refresh_from_db()
    assert security.is_active
    assert security.office == Office.SECURITY


def test_buttons_are_those_that_apply(client: Client, security: User, world: World) -> None:
    shown = {act.slug for act in client.get(reverse("administration_person", args=[world.doctor.pk])).context["acts"]}
    assert shown == {"password", "disable"}
    closed = person("lin", is_active=False)
    assert {act.slug for act in client.get(reverse("administration_person", args=[closed.pk])).context["acts"]} == {
        "password",
        "enable",
    }


def test_a_locked_account_is_seen_and_unlocked(client: Client, security: User) -> None:
    user, other = person("lin"), Client()
    for _ in range(5):
        other.post("/login/", {"login": "lin", "password": "wrong-password-0"}, REMOTE_ADDR="10.0.0.1")
    page = client.get(reverse("administration_person", args=[user.pk]))
    assert "登录已锁定" in page.content.decode()
    client.post(reverse("administration_act", args=[user.pk, "unlock"]))
    answer = other.post("/login/", {"login": "lin", "password": PASSWORD}, REMOTE_ADDR="10.0.0.1")
    assert answer.status_code == 302


def test_the_list_finds_people_and_hides_residents(client: Client, security: User, world: World) -> None:
    User.objects.filter(pk=world.patient.pk).update(name="陈小明")
    path = reverse("administration_people")
    assert world.doctor.name in client.get(path, {"q": world.doctor.name[:2]}).content.decode()
    assert "陈小明" not in client.get(path).content.decode()
    found = client.get(path, {"q": world.patient.username}).content.decode()
    assert "陈*明" in found
    assert "陈小明" not in found
    assert "陈小明" not in client.get(reverse("administration_person", args=[world.patient.pk])).content.decode()


# --- posts


def test_a_post_is_given_and_ended(client: Client, security: User, world: World) -> None:
    user = person("lin")
    given = {"institution": world.township.name, "department": "", "role": Role.NURSE.value}
    answer = client.post(reverse("administration_give_post", args=[user.pk]), given, follow=True)
    assert world.township.short_name in answer.content.decode()
    post = user.memberships.get()
    assert (post.institution, post.role) == (world.township, Role.NURSE)
    client.post(reverse("administration_end_post", args=[post.pk]))
    page = client.get(reverse("administration_person", args=[user.pk]))
    assert page.context["posts"] == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"institution": "没有这家医院"}, "没有这个名称"),
        ({"department": "xx"}, "没有这个科室"),
        ({"role": "king"}, "king"),
        ({"role": "program"}, "系统账号"),
    ],
)
def test_a_wrong_post_is_refused_beside_its_field(
    change: dict[str, str], words: str, client: Client, security: User, world: World
) -> None:
    user = person("lin")
    given = {"institution": world.township.code, "department": "", "role": Role.NURSE.value, **change}
    answer = client.post(reverse("administration_give_post", args=[user.pk]), given)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not user.memberships.exists()


def test_an_administrator_gets_no_post(client: Client, security: User, world: World) -> None:
    officer = administrator(Office.AUDIT)
    given = {"institution": world.township.code, "department": "", "role": Role.NURSE.value}
    assert client.post(reverse("administration_give_post", args=[officer.pk]), given).status_code == 422
    assert not officer.memberships.exists()


# --- the system administrator


def test_the_system_page_says_what_runs_under_which_rules(client: Client, world: World) -> None:
    client.force_login(administrator(Office.SYSTEM))
    page = client.get(reverse("administration_system"))
    words = page.content.decode()
    assert page.context["rulebook"].hash[:16] in words
    assert "没有响应" in words, "no worker runs in this test"
    assert world.patient.name not in words


def test_the_system_page_stands_before_a_city_is_loaded(client: Client) -> None:
    client.force_login(administrator(Office.SYSTEM))
    assert "还没有装入规则" in client.get(reverse("administration_system")).content.decode()


def test_institutions_are_listed_with_their_basis_and_found(client: Client, world: World) -> None:
    client.force_login(administrator(Office.SYSTEM))
    path = reverse("administration_institutions")
    assert world.city.name in client.get(path).content.decode()
    found = client.get(path, {"q": "织篢"}).content.decode()
    assert world.township.name in found
    assert world.city.name not in found


# --- health and metrics


def beat(seconds_ago: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => %s))",
            [seconds_ago],
        )


def test_health_is_503_without_a_worker_and_200_with_one(client: Client) -> None:
    answer = client.get("/health/")
    assert (answer.status_code, answer.json()["database"], answer.json()["worker"]) == (503, "reachable", "silent")
    beat(300)
    assert client.get("/health/").status_code == 503
    beat(2)
    answer = client.get("/health/")
    assert (answer.status_code, answer.json()["worker"]) == (200, "alive")
    assert answer["Cache-Control"] == "no-store"


def test_health_says_when_the_database_is_gone(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    from fenji.web.administration import health

    def gone() -> None:
        raise OperationalError("no connection")

    monkeypatch.setattr(health.clock, "now", gone)
    monkeypatch.setattr(health.connection, "close", lambda: None)
    beat(1)
    answer = client.get("/health/")
    assert (answer.status_code, answer.json()["database"]) == (503, "unreachable")


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, 200),
        ({"REMOTE_ADDR": "::1"}, 200),
        ({"REMOTE_ADDR": "10.0.0.7"}, 404),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9"}, 404),
        ({"REMOTE_ADDR": "10.0.0.7", "HTTP_X_FORWARDED_FOR": "127.0.0.1"}, 404),
        ({"REMOTE_ADDR": "10.0.0.7", "HTTP_AUTHORIZATION": "Bearer right"}, 200),
        ({"REMOTE_ADDR": "10.0.0.7", "HTTP_AUTHORIZATION": "Bearer wrong"}, 404),
        ({"REMOTE_ADDR": "10.0.0.7", "HTTP_AUTHORIZATION": "Bearer "}, 404),
    ],
)
def test_metrics_are_for_this_machine_or_with_a_token(
    who: dict[str, str], expected: int, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FENJI_METRICS_TOKEN", "right")
    answer = client.get("/metrics/", **who)
    assert answer.status_code == expected
    assert (b"django_http" in answer.content) == (expected == 200)


def test_without_a_token_configured_none_opens_the_metrics(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FENJI_METRICS_TOKEN", raising=False)
    for header in ("Bearer ", "Bearer", ""):
        assert client.get("/metrics/", REMOTE_ADDR="10.0.0.7", HTTP_AUTHORIZATION=header).status_code == 404


def test_no_demonstration_account_comes_from_these_pages(client: Client, security: User) -> None:
    given = {"name": "林", "username": "lin", "is_demonstration": "on", "office": "audit", "is_active": ""}
    client.post(reverse("administration_create"), given)
    user = User.objects.get(username="lin")
    assert (user.is_demonstration, user.office, user.is_active) == (False, "", True)
    assert actions.create_person(username="b", name="b", by=None)[0].is_demonstration is False
