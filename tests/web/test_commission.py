"""The commission's desk: late first, every figure with its list, numbers instead of names, a county sees its own."""

import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from python_calamine import CalamineWorkbook

from fenji.apps.common import rulebooks
from fenji.apps.common.clock import Frozen
from fenji.apps.common.models import AuditEvent
from fenji.apps.indicators import figures, present, publication
from fenji.apps.indicators.definitions import DEFINITIONS
from fenji.apps.indicators.institutions import figures_by_institution
from fenji.apps.indicators.scope import Scope
from fenji.apps.notices.models import Notice
from fenji.apps.referrals.models import Referral
from fenji.apps.registry.snapshot import network
from fenji.rulebook.loader import load_rulebook
from fenji.web.commission.institutions import COLUMNS, sorted_rows, value_of
from fenji.web.commission.selection import selection_from
from tests.conftest import NOON
from tests.factories.world import World
from tests.web.commission_world import NAMES
from tests.web.entrance import client_of, text

pytestmark = pytest.mark.django_db
PAGES = (
    "/commission/", "/commission/overdue/", "/commission/institutions/", "/commission/waiting/",
    *(f"/commission/list/{one.code}/" for one in DEFINITIONS),
)  # fmt: skip


@pytest.fixture
def world(commission_world: World) -> World:
    return commission_world


@pytest.fixture
def officer(world: World) -> Client:
    return client_of(world, "city_officer")


def sheets(content: bytes) -> list[list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return [book.get_sheet_by_index(number).to_python() for number in range(len(book.sheet_names))]


@pytest.mark.parametrize("path", PAGES)
def test_no_page_names_a_resident(officer: Client, path: str) -> None:
    answer = officer.get(path)
    assert answer.status_code == 200
    assert [name for name in NAMES if name in text(answer)] == []
    assert "style=" not in text(answer)


@pytest.mark.parametrize("path", [*PAGES[:5], "/commission/export/figures/"])
@pytest.mark.parametrize("who", ["doctor", "office", "insurer", "patient"])
def test_only_the_commission_comes_in(world: World, who: str, path: str) -> None:
    assert client_of(world, who).get(path).status_code == 404


def test_a_stranger_is_led_to_the_login(world: World) -> None:
    answer = Client().get("/commission/")
    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=/commission/")


def test_what_is_late_stands_before_everything_else(world: World, officer: Client) -> None:
    page = text(officer.get("/commission/"))
    unanswered = Referral.objects.get(resident__name=NAMES[4])
    assert page.index("件转诊超时未办") < page.index(unanswered.number) < page.index("figure-name")


def test_the_figures_are_those_of_the_story(world: World, clock: Frozen) -> None:
    scope = Scope(clock.at - timedelta(days=28), clock.at, clock.at)
    found = figures.figures(scope)
    assert [found[code].count for code in ("sent_up", "sent_down", "accepted", "refused")] == [5, 1, 3, 1]
    assert (found["no_show"].count, found["no_show"].among) == (1, 2)
    assert (found["returned_with_plan"].count, found["returned_with_plan"].among) == (1, 1)
    assert found["skipped_tier"].count == 1  # township to city, no tie
    assert found["below_level"].count == 1
    assert found["unanswered"].count == 2  # the last one sent up, and the one sent down
    assert (found["on_time"].count, found["on_time"].among) == (4, 6)
    assert found["to_answer"].hours == 2.0
    assert present.follow_up_figure(scope).among == 1


@pytest.mark.parametrize("code", ["sent_up", "refused", "on_time", "overdue", "to_arrival"])
def test_the_list_behind_a_figure_has_that_many_rows(world: World, officer: Client, clock: Frozen, code: str) -> None:
    scope = Scope(clock.at - timedelta(days=28), clock.at + timedelta(days=1), clock.at)
    expected = present.standstill(scope).count if code == "overdue" else figures.figures(scope)[code].count
    assert text(officer.get(f"/commission/list/{code}/")).count('<th scope="row">') == expected > 0


def test_a_share_shows_the_rest_of_its_base_too(world: World, officer: Client) -> None:
    late = text(officer.get("/commission/list/on_time/?rest=1"))
    assert late.count('<th scope="row">') == 2
    assert Referral.objects.get(resident__name=NAMES[4]).number in late


def test_a_list_can_be_of_one_institution_or_one_reason(world: World, officer: Client) -> None:
    def rows(query: str) -> int:
        return text(officer.get(f"/commission/list/{query}")).count('<th scope="row">')

    assert rows(f"received_up/?institution={world.city.code}") == 1
    assert rows(f"received_up/?institution={world.county.code}") == 4
    assert rows(f"sent_up/?institution={world.township.code}") == 5
    assert rows("refused/?reason=below_level") == 1
    assert rows("refused/?reason=duplicate") == 0
    assert officer.get("/commission/list/sent_up/?institution=nobody").status_code == 404
    assert officer.get("/commission/list/nothing/").status_code == 404


def test_a_county_sees_what_touches_it_and_another_county_nothing(world: World) -> None:
    own, other = (text(client_of(world, who).get("/commission/list/sent_up/")) for who in ("officer", "other_officer"))
    assert own.count('<th scope="row">') == 5
    assert other.count('<th scope="row">') == 0
    assert "当前没有超时的转诊" in text(client_of(world, "other_officer").get("/commission/"))


def test_a_county_cannot_ask_for_another(world: World) -> None:
    client = client_of(world, "other_officer")
    page = text(client.get(f"/commission/list/sent_up/?county={world.region.code}"))
    assert page.count('<th scope="row">') == 0
    assert "阳春市" in page


def test_the_table_says_who_did_not_keep_the_rules(world: World, officer: Client) -> None:
    page = text(officer.get("/commission/institutions/?sort=skipped_tier"))
    first = page[page.index("<tbody>") :].partition("</th>")[0]
    assert world.township.short_name in first
    assert f"/commission/list/skipped_tier/?period=28&amp;institution={world.township.code}" in page


@pytest.mark.parametrize("code", COLUMNS)
def test_rows_sort_both_ways_with_what_was_not_measured_last(world: World, clock: Frozen, code: str) -> None:
    rows = figures_by_institution(Scope(clock.at - timedelta(days=28), clock.at, clock.at))
    for query, is_falling in ((f"sort={code}", True), (f"sort=-{code}", False)):
        values = [value_of(row, code) for row in sorted_rows(rows, QueryDict(query))]
        measured = [value for value in values if value is not None]
        assert measured == sorted(measured, reverse=is_falling)
        assert values == [*measured, *[None] * (len(values) - len(measured))]


@pytest.mark.parametrize(
    "what", ["figures", "institutions", "waiting", "sent_up", "follow_ups", "undelivered", "overdue"]
)
def test_every_page_leaves_as_a_workbook_which_is_audited(world: World, officer: Client, what: str) -> None:
    answer = officer.get(f"/commission/export/{what}/")
    rows, notes = sheets(answer.content)
    assert f'filename="{what}-' in answer["Content-Disposition"]
    assert any("统计时间" in note[0] for note in notes)
    assert [name for name in NAMES if name in str(rows)] == []
    event = AuditEvent.objects.get(verb="export.indicators")
    assert (event.actor_id, event.details["what"], event.details["rows"]) == (
        world.city_officer.pk, what, len(rows) - 1,
    )  # fmt: skip


def test_a_referral_escalated_again_and_again_is_taken_up_once(world: World) -> None:
    client = client_of(world, "officer")
    told = Notice.objects.filter(kind="referral.overdue", institution_id=world.commission.pk)
    referral = Referral.objects.get(resident__name=NAMES[4])
    about = told.filter(cause_id=str(referral.pk))
    assert about.count() > 1
    page = text(client.get("/commission/overdue/"))
    waiting = page[page.index('<ul class="calls">') : page.index("</ul>", page.index('<ul class="calls">'))]
    assert waiting.count(referral.number) == 1
    assert f"已上报 {about.count()} 次" in waiting
    assert waiting.count("<li") == told.values("cause_id").distinct().count()
    form = {"idempotency_key": "3f3f5a70-1111-4c52-8c5e-2f4d4b6e9b01"}
    for _ in range(2):
        assert client.post(f"/commission/overdue/{about.earliest('pk').pk}/", form).status_code == 302
    assert set(about.values_list("state", "read_by")) == {(Notice.State.READ, world.officer.pk)}
    page = text(client.get("/commission/overdue/"))
    assert f"上报 {about.count()} 次" in page[page.index("最近已督办") :]
    assert told.exclude(cause_id=str(referral.pk)).exclude(read_at=None).count() == 0  # the others still wait


def test_nobody_takes_up_another_commissions_escalation(world: World) -> None:
    notice = Notice.objects.filter(kind="referral.overdue", institution_id=world.commission.pk).first()
    assert notice is not None
    answer = client_of(world, "other_officer").post(f"/commission/overdue/{notice.pk}/", {"idempotency_key": "k" * 36})
    assert answer.status_code == 404
    notice.refresh_from_db()
    assert notice.read_at is None


def test_the_minutes_refresh_asks_for_the_late_ones_alone(officer: Client) -> None:
    part = text(officer.get("/commission/", headers={"HX-Request": "true", "HX-Target": "late-now"}))
    assert part.lstrip().startswith('<div id="late-now"')
    assert "figure-name" not in part


@pytest.mark.parametrize(
    ("query", "first", "following"),
    [
        ("", date(2026, 2, 5), date(2026, 3, 5)),
        ("period=7", date(2026, 2, 26), date(2026, 3, 5)),
        ("period=month", date(2026, 3, 1), date(2026, 3, 5)),
        ("period=last_month", date(2026, 2, 1), date(2026, 3, 1)),
        ("from=2026-01-05&to=2026-01-05", date(2026, 1, 5), date(2026, 1, 6)),
        ("from=2026-02-05&to=2026-01-05", date(2026, 2, 5), date(2026, 3, 5)),  # wrong way round: the usual
        ("from=nonsense&to=2026-01-05", date(2026, 2, 5), date(2026, 3, 5)),
        ("period=nonsense", date(2026, 2, 5), date(2026, 3, 5)),
    ],
)
def test_periods_are_whole_days_of_the_city(
    world: World, clock: Frozen, query: str, first: date, following: date
) -> None:
    chosen = selection_from(QueryDict(query), region="441700", at=clock.move_to(NOON))
    assert (chosen.first, chosen.following) == (first, following)
    assert chosen.trend.start <= chosen.scope.start
    assert selection_from(QueryDict(chosen.query), region="441700", at=clock.at).scope == chosen.scope


def test_the_public_page_needs_no_login_and_hides_small_numbers(world: World, clock: Frozen) -> None:
    clock.move_to(clock.at + timedelta(days=28))
    page = text(Client().get("/published/"))
    assert "2026年3月" in page
    assert "&lt;5" in page
    assert [name for name in NAMES if name in page] == []
    row = next(
        one
        for one in publication.published_rows(date(2026, 3, 1), clock.at)
        if one.row.institution.id == world.township.pk
    )
    assert (row.counts["sent_up"], row.counts["skipped_tier"], row.counts["refused"]) == (5, None, 0)
    assert row.shares["on_time"] is None


def test_small_counts_are_hidden_and_nothing_else() -> None:
    assert [publication.told(count) for count in (0, 1, 4, 5, 500)] == [0, None, None, 5, 500]


def test_a_month_under_way_is_not_published(world: World, clock: Frozen) -> None:
    for asked in ("2026-03", "2027-01", "nonsense", "2001-01"):
        assert "2026年2月" in text(Client().get(f"/published/?month={asked}")), asked
    assert "2026年1月" in text(Client().get("/published/?month=2026-01"))


def test_the_public_page_says_on_what_its_being_there_rests(world: World) -> None:
    assert "参照青海省的做法逐月公布" in text(Client().get("/published/"))


def test_a_city_whose_rulebook_says_no_publishes_nothing(world: World, clock: Frozen, settings: Any) -> None:
    settings.POLICY = "shanghai"
    rulebooks.store(load_rulebook("shanghai"), at=clock.at)
    answer = Client().get("/published/")
    assert answer.status_code == 200
    assert "本市不公布各机构的转诊情况" in text(answer)
    assert world.township.short_name not in text(answer)


def test_every_institution_of_the_story_is_in_the_network(world: World) -> None:
    assert {world.township.pk, world.county.pk, world.city.pk} <= set(network().nodes)
