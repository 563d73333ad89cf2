"""Pages about paying: a bill explained to whom it concerns, the insurer's money, decisions and cases."""

from datetime import timedelta

import pytest

from fenji.apps.common.models import AuditEvent
from fenji.apps.contracts.models import Contract
from fenji.apps.payments import queries, spending
from fenji.apps.payments.actions import claims, shadow, statements, supervision
from fenji.apps.payments.models import Case, Claim, Statement, Transfer
from fenji.apps.residents import identity
from fenji.apps.residents.models import Resident
from fenji.kernel.referral import State
from fenji.web.presenters.numbers import money_words
from tests.apps.booking import clinic
from tests.apps.payments.conftest import stay as stay
from tests.apps.payments.conftest import world as world
from tests.factories.journey import reach
from tests.factories.world import World
from tests.web.entrance import client_of, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def seen_by(world: World, settings):
    settings.FENJI_REQUIRE_SECOND_FACTOR = False

    return lambda name: client_of(world, name)


def test_a_resident_sees_what_the_bill_came_to_and_how(world: World, stay, seen_by) -> None:
    claim = claims.settle(stay(code="1", yuan=10_000), by=world.insurer)
    patient = seen_by("patient")
    assert "¥10,000.00" in text_of(patient, "/me/bills/")
    bill = text_of(patient, f"/bills/{claim.pk}/")
    for words in ("起付标准", "基本支付比例", "统筹基金支付", "未经转诊", "依据", money_words(claim.self_cents)):
        assert words in bill


def test_a_bill_is_seen_by_whom_it_concerns_and_by_nobody_else(world: World, stay, seen_by) -> None:
    claim = claims.settle(stay(code="1"), by=world.insurer)
    for name, status in [("insurer", 200), ("doctor", 200), ("officer", 404), ("tcm_office", 404)]:
        text_of(seen_by(name), f"/bills/{claim.pk}/", status)


def test_the_insurer_sees_where_the_money_went(world: World, stay, seen_by) -> None:
    claims.settle(stay(code="1"), by=world.insurer)
    reach(world, State.ACCEPTED)
    claims.settle(stay(code="2", days_ago=0), by=world.insurer)
    page = text_of(seen_by("insurer"), "/insurer/fund/")
    assert "按转诊状态" in page and "按机构级别" in page
    for name in ("doctor", "officer", "patient"):
        text_of(seen_by(name), "/insurer/fund/", 404)


def test_a_family_doctor_sees_what_the_own_residents_spend_and_nobody_elses(world: World, stay, seen_by) -> None:
    assert world.resident is not None
    claim = claims.settle(stay(code="1", yuan=10_000), by=world.insurer)
    doctor = seen_by("doctor")
    assert world.resident.name not in text_of(doctor, "/family-doctor/spending/")  # not signed with the team
    day = claim.submitted_at.date()
    month = timedelta(days=30)
    Contract.objects.create(
        resident=world.resident, team=world.team, valid_from=day - month, valid_until=day + month,
        signed_at=claim.submitted_at,
    )  # fmt: skip
    assert world.resident.name in text_of(doctor, "/family-doctor/spending/")
    page = text_of(doctor, f"/family-doctor/spending/{world.resident.pk}/")
    for words in ("住院费用", "未经转诊", "二级", money_words(claim.fund_cents), money_words(claim.self_cents)):
        assert words in page
    assert AuditEvent.objects.filter(verb="resident.read", resident_id=world.resident.pk).exists()
    for name in ("insurer", "officer", "office"):
        text_of(seen_by(name), f"/family-doctor/spending/{world.resident.pk}/", 404)
    # A bill of a row that was merged into the resident's counts as the resident's.
    other = claims.settle(stay(code="2", yuan=500, days_ago=0), by=world.insurer)
    twin = clinic.resident()
    Resident.objects.filter(pk=twin).update(merged_into=world.resident)
    Claim.objects.filter(pk=other.pk).update(resident=twin)
    assert world.team is not None
    (spender,) = spending.residents_by_spending([world.team], at=other.submitted_at)
    assert (spender.resident_id, spender.sums["bills"]) == (world.resident.pk, 2)
    assert spender.sums["total_cents"] == claim.total_cents + other.total_cents


def test_an_estimate_for_nobody_in_particular_is_explained_line_by_line(world: World, stay, seen_by) -> None:
    stay()  # the catalogue's item
    asked = {"scheme": "1", "group": "0", "setting": "inpatient", "institution": world.county.code}
    insurer = seen_by("insurer")
    assert "还没有试算" in text_of(insurer, "/estimate/")
    found = insurer.get("/estimate/", {**asked, "q": "A1", "find": "1"}).content.decode()
    assert "住院费用" in found and "还没有试算" in found
    priced = {**asked, "item": "A1", "quantity_A1": "2", "price_A1": "5000"}
    page = insurer.get("/estimate/", priced).content.decode()
    for words in ("¥10,000.00", "未经转诊", "起付标准", "依据"):
        assert words in page
    referred = insurer.get("/estimate/", {**asked, "state": "1", "a_cents": "10000"}).content.decode()
    assert "经转诊" in referred and "个人合计支付" in referred
    assert insurer.get("/estimate/", {**asked, "item": "A1"}).status_code == 422  # no price and no ceiling
    assert insurer.get("/estimate/", asked).status_code == 422  # nothing asked for
    assert insurer.get("/estimate/", {**asked, "a_cents": "-1"}).status_code == 422
    text_of(seen_by("patient"), "/estimate/", 404)


def test_an_estimate_for_a_resident_goes_on_from_the_year_so_far(world: World, stay, seen_by) -> None:
    assert world.resident is not None
    first = claims.settle(stay(code="1", yuan=10_000, days_ago=20), by=world.insurer)
    asked = {"setting": "inpatient", "institution": world.county.code, "a_cents": "10000"}
    path, office = f"/estimate/{world.resident.pk}/", seen_by("office")
    text_of(seen_by("officer"), path, 404)
    text_of(seen_by("insurer"), path, 404)
    doctor = seen_by("doctor")
    page = doctor.get(path, asked)
    assert page.status_code == 200
    real = claims.settle(stay(code="2", yuan=10_000, days_ago=0, admitted_at=first.ended_at), by=world.insurer)
    assert money_words(real.self_cents) in page.content.decode()  # what it came to is what was foretold
    assert office.get("/estimate/", {"who": world.resident.name}).status_code == 200


def test_a_shortfall_is_decided_on_its_page_once(world: World, stay, seen_by) -> None:
    claims.settle(stay(code="2", days_ago=1), by=world.insurer)
    first = claims.settle(stay(code="1", days_ago=30), by=world.insurer)
    claims.reverse(first.pk, reason="不是本人", by=world.insurer)
    one, insurer = queries.open_shortfalls().get(), seen_by("insurer")
    assert "决定" in text_of(insurer, "/insurer/shortfalls/")
    path = f"/insurer/shortfalls/{one.pk}/"
    assert "由谁承担" in text_of(insurer, path)
    assert insurer.post(path, {"decision": "fund", "reason": ""}).status_code == 422
    assert insurer.post(path, {"decision": "fund", "reason": "不是患者的错"}).status_code == 302
    assert Claim.objects.get(pk=one.claim_id).forgiven_cents == one.self_cents
    text_of(insurer, path, 404)
    queries.check_balance()


def test_a_suspension_entered_on_the_page_waits_for_the_insurers_decision(world: World, stay, clock, seen_by) -> None:
    assert world.resident is not None
    claim, insurer = claims.settle(stay(code="1"), by=world.insurer), seen_by("insurer")
    path = f"/insurer/enrolments/{world.resident.pk}/"
    assert "没有参保记录" in text_of(insurer, path)
    begins = {"scheme": "resident", "group": "general", "valid_from": "2020-01-01"}
    assert insurer.post(path, begins).status_code == 302
    day = (clock.at - timedelta(days=10)).date().isoformat()
    page = insurer.post(path, {**begins, "valid_from": day, "is_suspended": "on"}, follow=True).content.decode()
    for words in ("1 张单据已按新的参保重算", "暂停", "补差待决", money_words(claim.total_cents - claim.self_cents)):
        assert words in page
    short = queries.open_shortfalls().get()
    for shown in (f"/insurer/shortfalls/{short.pk}/", f"/bills/{claim.pk}/"):
        assert path in text_of(insurer, shown)
    assert path not in text_of(seen_by("doctor"), f"/bills/{claim.pk}/")
    assert "参保或期初累计有变更" in text_of(insurer, f"/insurer/shortfalls/{short.pk}/")
    wrong = insurer.post(path, {**begins, "valid_from": day, "valid_until": "2020-01-01"})
    assert wrong.status_code == 422 and "止日须晚于起日" in wrong.content.decode()
    assert AuditEvent.objects.filter(verb="resident.read", relation="insurer").exists()
    for name in ("doctor", "officer", "patient"):
        text_of(seen_by(name), path, 404)


def test_somebody_insured_is_found_by_the_whole_number_only(world: World, seen_by) -> None:
    assert world.resident is not None
    insurer, number = seen_by("insurer"), "441721195805012345"
    Resident.objects.filter(pk=world.resident.pk).update(id_hash=identity.id_hash(number))
    assert insurer.post("/insurer/enrolments/", {"id_number": number}).url.endswith(f"/{world.resident.pk}/")
    page = insurer.post("/insurer/enrolments/", {"id_number": number[:-1]})
    assert page.status_code == 422 and "没有这个证件号码" in page.content.decode()


def test_a_case_is_answered_by_the_hospital_and_decided_by_the_insurer(world: World, stay, clock, seen_by) -> None:
    claims.settle(stay(code="1", days_ago=20, diagnosis_code="I10"), by=world.insurer)
    claims.settle(stay(code="2", days_ago=5, diagnosis_code="I10"), by=world.insurer)
    supervision.look_for_cases((clock.at - timedelta(days=60)).date(), (clock.at + timedelta(days=1)).date())
    case = Case.objects.get(rule="readmission")
    path = f"/cases/{case.pk}/"
    text_of(seen_by("tcm_office"), path, 404)
    office, insurer = seen_by("office"), seen_by("insurer")
    assert "短期再入院" in text_of(office, "/cases/")
    step = {"move": "answer", "text": "病情反复，确需再入院", "version": "1"}
    assert office.post(path, step).status_code == 302
    page = text_of(insurer, path)
    assert "病情反复" in page and "10 天" in page and "规则依据" in page
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
    assert "出具" in text_of(insurer, f"/insurer/statements/?month={month}")
    sent = insurer.post(f"/insurer/statements/?month={month}", {"institution": str(world.county.pk)})
    assert sent.status_code == 302
    assert Statement.objects.get().institution == world.county
    assert "已出具，与入账相符" in text_of(insurer, f"/insurer/statements/?month={month}")
    text_of(insurer, "/insurer/statements/?month=2026-99")


def test_a_year_is_cleared_after_a_second_look(world: World, stay, clock, seen_by) -> None:
    claims.settle(stay(code="1"), by=world.insurer)
    month = queries.month_of(clock.at)
    clock.advance(timedelta(days=400))
    insurer, path = seen_by("insurer"), f"/insurer/clearing/{month.year}/{world.county.pk}/"
    assert "1 个月没有结算单" in text_of(insurer, f"/insurer/clearing/?year={month.year}")
    assert insurer.post(path, {"agreed": ""}).status_code == 422
    statements.state(world.county.pk, month, by=world.insurer)
    assert "可以清算" in text_of(insurer, f"/insurer/clearing/?year={month.year}")
    assert "确认清算并记账" in text_of(insurer, path)
    assert insurer.post(path, {"agreed": "100000.00"}).status_code == 302
    assert Transfer.objects.get(kind="clearing").amount_cents == 10_000_000 - Statement.objects.get().due_cents
    assert "已清算" in text_of(insurer, f"/insurer/clearing/?year={month.year}")
    assert "确认清算并记账" not in text_of(insurer, path)
    for name in ("doctor", "office", "officer"):
        text_of(seen_by(name), path, 404)


def test_comparisons_with_the_official_system_are_shown_with_their_reasons(world: World, stay, seen_by) -> None:
    official = dict.fromkeys(shadow.COMPARED, 0) | {"total_cents": 1_000_000, "self_cents": 1_000_000}
    shadow.compare(stay(code="1", official=official), by=world.insurer)
    page = text_of(seen_by("insurer"), "/insurer/compared/")
    assert "统筹支付" in page and "起付标准不同" in page
    text_of(seen_by("office"), "/insurer/compared/", 404)
