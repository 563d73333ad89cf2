"""The policy's pages: everybody reads, the city's insurer and commission draft, a second person approves."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from fenji.apps.common import policy_changes, rulebooks
from fenji.apps.common.clock import Frozen
from fenji.apps.common.models import PolicyChange
from fenji.apps.payments.actions import claims
from fenji.apps.registry.models import Region
from fenji.apps.residents.models import Resident
from fenji.kernel.roles import Role
from fenji.kernel.tiers import Kind, Level, Tier
from fenji.rulebook.keys import CHAPTERS, KEYS
from fenji.web.policy.effect import effect_of
from fenji.web.policy.presenter import value_lines
from tests.apps.payments.conftest import make_stay
from tests.factories.officers import officer, weeks_ahead
from tests.factories.world import World, institution, make_world, person
from tests.web.entrance import client_of, text

pytestmark = pytest.mark.django_db
DRAFT = "/policy/rule/booking.weeks_ahead/draft/"
RATIO = {
    "employee": {"village": 0, "community": 920, "secondary": 880, "tertiary": 830},
    "resident": {"village": 0, "community": 880, "secondary": 800, "tertiary": 630},  # 二级 78 → 80
}


@pytest.fixture
def world(clock: Frozen) -> World:
    world = make_world(clock.at)
    city = Region.objects.get(code="441700")
    for name, kind, role in (("insurer", Kind.INSURER, Role.INSURER), ("bureau", Kind.COMMISSION, Role.COMMISSION)):
        house = institution(f"yj-{name}", f"阳江市{name}", kind, Tier.CITY, Level.NONE, city)
        world.people[name] = person(name, house, role)
    return world


def filled(clock: Frozen, **changed: Any) -> dict[str, Any]:
    begins = (clock.at.date() + timedelta(days=30)).isoformat()
    said = {
        "value": "8", "valid_from": begins, "valid_until": "", "status": "stated", "ground": "阳卫〔2026〕7 号",
        "clause": "第三条", "why": "四周不够远。", "idempotency_key": "k1",
    }  # fmt: skip
    return {**said, **changed}


def drafted(world: World, clock: Frozen, **changed: Any) -> PolicyChange:
    answer = client_of(world, "insurer").post(DRAFT, filled(clock, **changed))
    assert answer.status_code == 302, text(answer)
    return PolicyChange.objects.get()


def test_a_stranger_reads_each_rule_with_value_day_clause_status_and_who_leads(world: World, client: Client) -> None:
    page = text(client.get("/policy/?chapter=contract"))
    for words in (
        "签约服务费由谁分担",
        "医保基金、基本公共卫生服务经费",
        "2017-01-01",
        "二(六)",
        "有据",
        "市卫生计生局",
        "假定",
    ):
        assert words in page
    assert "style=" not in page and "修改草案" not in page
    names = re.findall(r'<th scope="row"><a[^>]*>(.*?)</a>', page)
    assert len(names) == sum(key.startswith("contract.") for key in KEYS)


def test_without_a_city_the_page_says_so(client: Client, db: None) -> None:
    answer = client.get("/policy/")
    assert answer.status_code == 404 and "还没有载入本市的政策" in text(answer)


def test_another_day_reads_as_it_stood(world: World, client: Client) -> None:
    now, then = (text(client.get(f"/policy/?chapter=medicines{on}")) for on in ("", "&on=2016-07-01"))
    assert "30 天" in now and "28 天" in then and "30 天" not in then
    assert "阳江市" in now and "全国" in then
    assert "30 天" in text(client.get("/policy/?chapter=medicines&on=nonsense"))


def test_what_is_assumed_is_found_together_over_all_chapters(world: World, client: Client) -> None:
    page = text(client.get("/policy/?status=assumed"))
    assert page.count('<section aria-labelledby="') > 5
    rows = re.findall(r'<span class="basis basis-(\w+)"', page[page.index("<tbody>") :])
    assert set(rows) == {"assumed"}


def test_a_word_is_searched_in_names_values_and_clauses(world: World, client: Client) -> None:
    assert "转诊连续计算起付线" in text(client.get("/policy/?q=连续计算"))
    assert "没有找到" in text(client.get("/policy/?q=xyzzy"))
    assert "&lt;script&gt;" in text(client.get("/policy/?q=<script>"))


@pytest.mark.parametrize("chapter", list(CHAPTERS))
def test_every_chapter_can_be_read_in_both_languages(world: World, client: Client, chapter: str) -> None:
    client.cookies["django_language"] = "en"
    assert CHAPTERS[chapter][1] in text(client.get(f"/policy/?chapter={chapter}")).replace("&#x27;", "'")


def test_a_rule_has_a_page_with_its_whole_history(world: World, client: Client) -> None:
    page = text(client.get("/policy/rule/payment.deductible_rule.chain/"))
    for words in ("上转补差额", "每次重新计算", "2013-01-01", "2017-01-01", "市人力资源社会保障局", "参与"):
        assert words in page
    assert "起草修改" not in page
    assert client.get("/policy/rule/nothing.such/").status_code == 404


def test_a_value_of_many_parts_is_shown_line_by_line(world: World) -> None:
    rulebook = rulebooks.current()
    dated = rulebook.values["payment.ratio_rule.referral"][-1]
    lines = value_lines(dated.key, dated.value)
    assert [line.words for line in lines] == ["普通门诊", "门诊慢性病", "其余"]
    assert (
        lines[1].parts[2] == "其余：未经转诊 −15 个百分点，异地已备案 −10 个百分点，异地未备案 −20 个百分点，其余 不变"
    )
    assert [line.words for line in value_lines("payment.rounding", "down")] == ["舍去分以下"]


def test_a_draft_waits_and_a_second_person_puts_it_in_force(world: World, clock: Frozen) -> None:
    change = drafted(world, clock)
    page = text(client_of(world, "insurer").get(f"/policy/changes/{change.pk}/"))
    assert "撤回草案" in page and "/approve/" not in page  # one's own
    other = client_of(world, "bureau")
    page = text(other.get(f"/policy/changes/{change.pk}/"))
    assert "批准后的值" in page and "8 周" in page and "4 周" in page
    assert "不改变已结算账单的金额" in page
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen is not None
    answer = other.post(f"/policy/changes/{change.pk}/approve/", {"seen": seen[1], "note": "同意"}, follow=True)
    assert "已批准" in text(answer)
    assert rulebooks.current().weeks_ahead(change.from_on) == 8
    rule = text(Client().get("/policy/rule/booking.weeks_ahead/"))
    assert "尚未生效" in rule and "本市决定" in rule and "阳卫〔2026〕7 号" in rule


def test_the_same_form_sent_twice_is_one_draft(world: World, clock: Frozen) -> None:
    client, form = client_of(world, "insurer"), filled(clock)
    first, second = client.post(DRAFT, form), client.post(DRAFT, form)
    assert first.url == second.url and PolicyChange.objects.count() == 1  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"value": "99"}, "1 到 26"),
        ({"value": "= ["}, "读不懂"),
        ({"value": "8\nother = 3"}, "读不懂"),
        ({"value": ""}, "field-error"),
        ({"valid_from": "2026-03-04"}, "今天以后"),
        ({"valid_from": "soon"}, "field-error"),
        ({"valid_until": "2026-03-05"}, "晚于生效日期"),
        ({"clause": ""}, "哪一条"),
        ({"status": "certain"}, "field-error"),
        ({"ground": " "}, "field-error"),
        ({"why": ""}, "field-error"),
    ],
)
def test_a_wrong_form_says_what_is_wrong_beside_it(world: World, clock: Frozen, changed: Any, words: str) -> None:
    answer = client_of(world, "insurer").post(DRAFT, filled(clock, **changed))
    page = text(answer)
    assert answer.status_code == 422 and words in page
    assert "why" in changed or "四周不够远" in page  # what was written is kept
    assert not PolicyChange.objects.exists()


def test_few_values_are_chosen_and_tables_are_written_as_in_a_file(world: World, clock: Frozen) -> None:
    client = client_of(world, "bureau")
    assert '<option value="true"' in text(client.get("/policy/rule/choice.stepwise/draft/"))
    page = text(client.get("/policy/rule/payment.ratio.inpatient/draft/"))
    assert "resident = { community = 880, secondary = 780, tertiary = 630, village = 0 }" in page
    value = "employee = { other = 900 }\nresident = { village = 0, other = 800 }"
    answer = client.post("/policy/rule/payment.ratio.inpatient/draft/", filled(clock, value=value))
    assert answer.status_code == 302, text(answer)
    change = PolicyChange.objects.get()
    assert change.value == {"employee": {"other": 900}, "resident": {"village": 0, "other": 800}}
    answer = client.post("/policy/rule/choice.stepwise/draft/", filled(clock, value="true", idempotency_key="k2"))
    assert PolicyChange.objects.latest("pk").value is True


def test_a_refusal_gives_its_reason_and_a_draft_can_be_withdrawn(world: World, clock: Frozen) -> None:
    change, other = drafted(world, clock), client_of(world, "bureau")
    assert other.post(f"/policy/changes/{change.pk}/refuse/", {"note": ""}).status_code == 422
    other.post(f"/policy/changes/{change.pk}/refuse/", {"note": "四周够了"})
    assert "四周够了" in text(other.get(f"/policy/changes/{change.pk}/"))
    second = policy_changes.draft(weeks_ahead(clock.at), by=officer("x"))
    assert client_of(world, "insurer").post(f"/policy/changes/{second.pk}/withdraw/").status_code == 403
    page = text(other.get("/policy/changes/"))
    assert "未批准" in page and "待批准" in page
    assert page.index("待批准") < page.index("未批准")  # what waits comes first


def test_who_looked_at_an_older_version_is_asked_to_look_again(world: World, clock: Frozen) -> None:
    change = drafted(world, clock)
    answer = client_of(world, "bureau").post(f"/policy/changes/{change.pk}/approve/", {"seen": "0" * 64})
    assert answer.status_code == 412
    change.refresh_from_db()
    assert change.state == "waiting"


def test_nobody_else_sees_or_writes_drafts(world: World, clock: Frozen) -> None:
    change = drafted(world, clock)
    for who in ("doctor", "office", "patient"):
        client = client_of(world, who)
        for path in (DRAFT, "/policy/changes/", f"/policy/changes/{change.pk}/"):
            assert client.get(path).status_code == 404
        assert client.post(f"/policy/changes/{change.pk}/approve/", {"seen": "x"}).status_code == 404
    county = client_of(world, "officer")  # a county's commission reads the city's drafts and decides nothing
    assert county.get(f"/policy/changes/{change.pk}/").status_code == 200
    assert county.get(DRAFT).status_code == 404
    assert county.post(f"/policy/changes/{change.pk}/approve/", {"seen": rulebooks.current().hash}).status_code == 403


def test_without_bills_the_effect_says_so(world: World, clock: Frozen) -> None:
    change = policy_changes.draft(weeks_ahead(clock.at, key="payment.ratio.inpatient", value=RATIO), by=officer("x"))
    assert "上月还没有账单" in text(client_of(world, "bureau").get(f"/policy/changes/{change.pk}/"))


def test_the_effect_is_what_last_months_bills_would_have_come_to(world: World, clock: Frozen) -> None:
    """An unreferred stay of 10,000 yuan at a secondary hospital: (10,000 − 500) × 73 % becomes × 75 %."""
    Resident.objects.update(scheme="resident")
    claims.settle(make_stay(world, clock.at, days_ago=10, code="february"), by=world.insurer)
    claims.settle(make_stay(world, clock.at, days_ago=1, code="march"), by=world.insurer)
    change = policy_changes.draft(weeks_ahead(clock.at, key="payment.ratio.inpatient", value=RATIO), by=officer("x"))
    effect = effect_of(change, rulebooks.current(), at=clock.at)
    assert (effect.first.isoformat(), effect.last.isoformat()) == ("2026-02-01", "2026-03-01")
    assert (effect.people, effect.bills, effect.bills_altered, effect.people_left_out) == (1, 1, 1, 0)
    assert (effect.fund_cents, effect.self_cents, effect.better_off, effect.worse_off) == (19_000, -19_000, 1, 0)
    page = text(client_of(world, "bureau").get(f"/policy/changes/{change.pk}/"))
    assert "1 人 1 张，其中 1 张有变化" in page and "190" in page
    assert (
        rulebooks.current().value("payment.ratio.inpatient", on=clock.at.date()).value["resident"]["secondary"] == 780
    )


def test_a_change_that_rewards_going_without_a_referral_is_warned_of(world: World, clock: Frozen) -> None:
    """With every cut for skipping the referral taken away, going straight to the hospital costs no more."""
    change = policy_changes.draft(weeks_ahead(clock.at, key="payment.ratio_rule.referral", value=0), by=officer("x"))
    page = text(client_of(world, "bureau").get(f"/policy/changes/{change.pk}/"))
    assert "会奖励不该奖励的做法" in page and "未经转诊并不多付（居民医保三级住院）" in page
    harmless = policy_changes.draft(weeks_ahead(clock.at, key="payment.ratio.inpatient", value=RATIO), by=officer("y"))
    assert "会奖励" not in text(client_of(world, "bureau").get(f"/policy/changes/{harmless.pk}/"))
