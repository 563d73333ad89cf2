"""The audit officer's pages: filters, the file, the review of emergency readings; looking is itself recorded."""

from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from fenji.apps.accounts import audit_reading
from fenji.apps.accounts.errors import AlreadyReviewed, NotYourOffice
from fenji.apps.accounts.models import User
from fenji.apps.common import audit
from fenji.apps.common.clock import Frozen
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.common.models import AuditEvent
from fenji.kernel.roles import Office
from fenji.web.administration.trail_words import relation_words, subject_words
from tests.factories.accounts import administrator, person

pytestmark = pytest.mark.django_db
ONE, OTHER = UUID(int=1), UUID(int=2)


@pytest.fixture
def officer(client: Client, clock: Frozen) -> User:
    user = administrator(Office.AUDIT)
    client.force_login(user)
    return user


@pytest.fixture
def trail(clock: Frozen) -> None:
    """Two people, two residents, three days."""
    lin, he = person("lin", name="林国强"), person("he", name="何静")
    for days, by, resident, verb in (
        (0, lin, ONE, "resident.read"),
        (1, lin, OTHER, "resident.read"),
        (2, he, ONE, "referral.accept"),
        (10, he, OTHER, "resident.read"),
    ):
        audit.record(verb, by, by=by, at=clock.at - timedelta(days=days), resident_id=resident, relation="contract")


def found(client: Client, **filters: str) -> list[tuple[str, str]]:
    page = client.get(reverse("administration_audit"), filters)
    assert page.status_code == 200, page.content.decode()
    return [(event.actor_name, event.verb) for event, _ in page.context["rows"] if event.relation]


@pytest.mark.usefixtures("trail")
def test_without_filters_the_last_week_latest_first(client: Client, officer: User) -> None:
    assert found(client) == [("林国强", "resident.read")] * 2 + [("何静", "referral.accept")]


@pytest.mark.usefixtures("trail")
@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"who": "林"}, 2),
        ({"who": "lin"}, 2),
        ({"who": "强"}, 0),
        ({"verb": "resident."}, 2),
        ({"verb": "referral."}, 1),
        ({"resident": str(ONE)}, 2),
        ({"resident": str(ONE), "who": "何静"}, 1),
        ({"since": "2026-02-01"}, 4),
        ({"since": "2026-03-03", "until": "2026-03-03"}, 1),
        ({"until": "2026-03-03"}, 2),
    ],
)
def test_filters_narrow_by_person_resident_verb_and_day(
    filters: dict[str, str], expected: int, client: Client, officer: User
) -> None:
    assert len(found(client, **filters)) == expected


@pytest.mark.parametrize(
    "filters",
    [{"resident": "not-an-id"}, {"verb": "drop table"}, {"since": "x"}, {"since": "2026-03-03", "until": "2026-03-01"}],
)
def test_a_wrong_filter_is_said_and_reads_nothing(filters: dict[str, str], client: Client, officer: User) -> None:
    before = AuditEvent.objects.count()
    answer = client.get(reverse("administration_audit"), filters)
    assert answer.status_code == 422
    assert AuditEvent.objects.count() == before


def test_every_look_is_itself_recorded_with_what_was_asked(client: Client, officer: User) -> None:
    client.get(reverse("administration_audit"), {"who": "林", "resident": str(ONE)})
    event = AuditEvent.objects.get(verb="audit.read")
    assert (event.actor_id, event.resident_id, event.details["who"]) == (officer.pk, ONE, "林")


@pytest.mark.usefixtures("trail")
def test_the_file_holds_the_same_rows_as_text(client: Client, officer: User, clock: Frozen) -> None:
    audit.record("resident.read", None, by=None, at=clock.at, reason="=HYPERLINK(1)", relation="x", resident_id=ONE)
    answer = client.post(reverse("administration_audit_export"), {"resident": str(ONE)})
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert rows[0][:3] == ["时间", "操作人", "操作"]
    assert {row[1] for row in rows[1:]} >= {"林国强", "何静", "系统"}
    assert all(row[6] in {str(ONE), ""} for row in rows[1:])
    assert any("=HYPERLINK(1)" in row for row in rows[1:]), "kept as text"
    assert AuditEvent.objects.filter(verb="audit.export", actor_id=officer.pk, resident_id=ONE).count() == 1


def test_the_file_is_made_only_by_post(client: Client, officer: User) -> None:
    assert client.get(reverse("administration_audit_export")).status_code == 422
    assert not AuditEvent.objects.filter(verb="audit.export").exists()


# --- emergency readings


def emergency(clock: Frozen, *, hours_ago: int = 1, reason: str = "昏迷送诊，查过敏史") -> AuditEvent:
    by = person(f"doctor{hours_ago}", name="冯永康")
    return audit.record(
        audit_reading.EMERGENCY, by, by=by, at=clock.at - timedelta(hours=hours_ago), reason=reason, resident_id=uuid4()
    )


def test_emergencies_wait_oldest_first_and_late_ones_are_marked(client: Client, officer: User, clock: Frozen) -> None:
    emergency(clock, hours_ago=2)
    old = emergency(clock, hours_ago=73)
    page = client.get(reverse("administration_emergencies"))
    assert page.context["rows"][0][0].pk == old.pk
    assert page.content.decode().count("is-late") == 1
    assert audit_reading.emergencies_waiting(clock.at - timedelta(days=30)) == 2


def test_a_review_takes_it_off_the_list_and_stays_in_the_trail(client: Client, officer: User, clock: Frozen) -> None:
    event = emergency(clock)
    path = reverse("administration_review", args=[event.pk])
    assert event.reason in client.get(path).content.decode()
    answer = client.post(path, {"is_justified": "no", "note": "未见急诊记录，请科室说明。"})
    assert answer["Location"] == reverse("administration_emergencies")
    assert client.get(reverse("administration_emergencies")).context["rows"] == []
    assert len(client.get(reverse("administration_emergencies"), {"all": "1"}).context["rows"]) == 1
    review = AuditEvent.objects.get(verb="audit.review")
    assert (review.subject_id, review.resident_id, review.actor_id) == (str(event.pk), event.resident_id, officer.pk)
    assert review.details == {"is_justified": False, "actor_id": event.actor_id}
    event.refresh_from_db()
    assert event.reason == "昏迷送诊，查过敏史", "the event itself is untouched"


@pytest.mark.parametrize(
    "given", [{}, {"is_justified": "yes"}, {"note": "好"}, {"is_justified": "maybe", "note": "好"}]
)
def test_a_review_needs_a_conclusion_and_a_word(
    given: dict[str, str], client: Client, officer: User, clock: Frozen
) -> None:
    event = emergency(clock)
    assert client.post(reverse("administration_review", args=[event.pk]), given).status_code == 422
    assert not AuditEvent.objects.filter(verb="audit.review").exists()


def test_a_second_review_is_refused(client: Client, officer: User, clock: Frozen) -> None:
    event = emergency(clock)
    audit_reading.review(event.pk, note="属实", is_justified=True, by=officer)
    with pytest.raises(AlreadyReviewed):
        audit_reading.review(event.pk, note="再看", is_justified=False, by=officer)
    answer = client.post(reverse("administration_review", args=[event.pk]), {"is_justified": "yes", "note": "再看"})
    assert answer.status_code == 409


def test_only_emergencies_are_reviewed(officer: User) -> None:
    other = audit.record("resident.read", None, by=officer)
    for number in (other.pk, 10**12):
        with pytest.raises(NotFound):
            audit_reading.review(number, note="x", is_justified=True, by=officer)
    with pytest.raises(Invalid):
        audit_reading.review(other.pk, note="  ", is_justified=True, by=officer)


@pytest.mark.parametrize("office", [Office.SYSTEM, Office.SECURITY, Office.NONE])
def test_nobody_else_reads_exports_or_reviews(office: Office, clock: Frozen) -> None:
    by, event = person("by", office=office.value), emergency(clock)
    asked = audit_reading.Asked(since=clock.at - timedelta(days=1), until=clock.at)
    before = AuditEvent.objects.count()
    tries: list[Any] = [
        lambda: audit_reading.read(asked, by=by),
        lambda: audit_reading.export(asked, by=by),
        lambda: audit_reading.emergencies(by=by, since=clock.at),
        lambda: audit_reading.review(event.pk, note="x", is_justified=True, by=by),
    ]
    for attempt in tries:
        with pytest.raises(NotYourOffice):
            attempt()
    assert AuditEvent.objects.count() == before


def test_what_was_touched_and_on_which_footing_is_said_in_words() -> None:
    assert relation_words("post:referral_office,nurse") == "转诊协调办公室、护士／健康管理师"
    assert relation_words("referral:clock") == "系统" and relation_words("contract") == "家庭医生签约"
    assert relation_words("") == "" and relation_words("odd:new") == "new"
    assert [subject_words(one) for one in ("user", "referral", "newkind")] == ["账号", "转诊", "newkind"]
