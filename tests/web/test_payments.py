"""Pages about paying: a bill explained to whom it concerns, the insurer's money, decisions and cases."""

from datetime import timedelta

import pytest
from django.test import Client

from fenji.apps.payments import queries
from fenji.apps.payments.actions import claims, supervision
from fenji.apps.payments.models import Case, Claim, Statement
from fenji.kernel.referral import State
from fenji.web.presenters.numbers import money_words
from tests.apps.payments.conftest import stay as stay
from tests.apps.payments.conftest import world as world
from tests.factories.journey import reach
from tests.factories.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def seen_by(world: World, settings):
    settings.FENJI_REQUIRE_SECOND_FACTOR = False

    def make(name: str) -> Client:
        client = Client()
        client.force_login(world.people[name])
        return client

    return make


def _text(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def test_a_resident_sees_what_the_bill_came_to_and_how(world: World, stay, seen_by) -> None:
    claim = claims.settle(stay(code="1", yuan=10_000), by=world.insurer)
    patient = seen_by("patient")
    assert "¥10,000.00" in _text(patient, "/me/bills/")
    bill = _text(patient, f"/bills/{claim.pk}/")
    for words in ("起付标准", "基本支付比例", "统筹基金支付", "未经转诊", "依据", money_words(claim.self_cents)):
        assert words in bill


def test_a_bill_is_seen_by_whom_it_concerns_and_by_nobody_else(world: World, stay, seen_by) -> None:
    claim = claims.settle(stay(code="1"), by=world.insurer)
    for name, status in [("insurer", 200), ("doctor", 200), ("officer", 404), ("tcm_office", 404)]:
        _text(seen_by(name), f"/bills/{claim.pk}/", status)


def test_the_insurer_sees_where_the_money_went(world: World, stay, seen_by) -> None:
    claims.settle(stay(code="1"), by=world.insurer)
    reach(world, State.ACCEPTED)
    claims.settle(stay(code="2", days_ago=0), by=world.insurer)
    page = _text(seen_by("insurer"), "/insurer/fund/")
    assert "按转诊状态" in page and "按机构级别" in page
    for name in ("doctor", "officer", "patient"):
        _text(seen_by(name), "/insurer/fund/", 404)


def test_a_shortfall_is_decided_on_its_page_once(world: World, stay, seen_by) -> None:
    claims.settle(stay(code="2", days_ago=1), by=world.insurer)
    first = claims.settle(stay(code="1", days_ago=30), by=world.insurer)
    claims.reverse(first.pk, reason="不是本人", by=world.insurer)
    one, insurer = queries.open_shortfalls().get(), seen_by("insurer")
    assert "决定" in _text(insurer, "/insurer/shortfalls/")
    path = f"/insurer/shortfalls/{one.pk}/"
    assert "由谁承担" in _text(insurer, path)
    assert insurer.post(path, {"decision": "fund", "reason": ""}).status_code == 422
    assert insurer.post(path, {"decision": "fund", "reason": "不是患者的错"}).status_code == 302
    assert Claim.objects.get(pk=one.claim_id).forgiven_cents == one.self_cents
    _text(insurer, path, 404)
    queries.check_balance()


def test_a_case_is_answered_by_the_hospital_and_decided_by_the_insurer(world: World, stay, clock, seen_by) -> None:
    claims.settle(stay(code="1", days_ago=20, diagnosis_code="I10"), by=world.insurer)
    claims.settle(stay(code="2", days_ago=5, diagnosis_code="I10"), by=world.insurer)
    supervision.look_for_cases((clock.at - timedelta(days=60)).date(), (clock.at + timedelta(days=1)).date())
    case = Case.objects.get(rule="readmission")
    path = f"/cases/{case.pk}/"
    _text(seen_by("tcm_office"), path, 404)
    office, insurer = seen_by("office"), seen_by("insurer")
    assert "短期再入院" in _text(office, "/cases/")
    step = {"move": "answer", "text": "病情反复，确需再入院", "version": "1"}
    assert office.post(path, step).status_code == 302
    assert "病情反复" in _text(insurer, path)
    uphold = {"move": "uphold", "text": "不成立", "version": "2"}
    assert insurer.post(path, uphold).status_code == 422  # how much?
    assert insurer.post(path, {**uphold, "amount": "500.00"}).status_code == 302
    case.refresh_from_db()
    assert (case.state, case.amount_cents) == ("upheld", 50_000)
    assert office.post(path, {**step, "move": "appeal", "version": "1"}).status_code in {412, 422}


def test_a_month_is_stated_by_the_insurer(world: World, stay, clock, seen_by) -> None:
    claims.settle(stay(code="1"), by=world.insurer)
    month = f"{queries.month_of(clock.at):%Y-%m}"
    clock.advance(timedelta(days=40))
    insurer = seen_by("insurer")
    assert "出具" in _text(insurer, f"/insurer/statements/?month={month}")
    sent = insurer.post(f"/insurer/statements/?month={month}", {"institution": str(world.county.pk)})
    assert sent.status_code == 302
    assert Statement.objects.get().institution == world.county
    assert "已出具" in _text(insurer, f"/insurer/statements/?month={month}")
    _text(insurer, "/insurer/statements/?month=2026-99")
