"""Words, shapes and tones: pure, at times passed in."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from fenji.apps.accounts.models import User
from fenji.apps.booking.models import Place, Session
from fenji.kernel.referral import MOVES, STATES, Direction, State, Urgency
from fenji.kernel.roles import Role
from fenji.kernel.tiers import Basis, Kind, LinkKind, Tier
from fenji.web.presenters import basis, charts, dates, names, numbers, people, places, posts, states, tiers
from fenji.web.presenters.deadlines import deadline, span_words

NOW = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)  # ten in the morning in Yangjiang
HOURS = timedelta(hours=1)


@pytest.mark.parametrize(
    ("hours", "words", "tone"),
    [
        (-2, "已超时 2 小时", "late"),
        (0, "已超时 不到 1 分钟", "late"),
        (0.75, "还剩 45 分钟", "soon"),
        (2, "还剩 2 小时", "soon"),
        (2.02, "还剩 2 小时", "calm"),
        (47.9, "还剩 47 小时", "calm"),
        (48, "还剩 2 天", "calm"),
        (-75, "已超时 3 天", "late"),
    ],
)
def test_a_deadline_says_how_long_is_left_or_how_late_it_is(hours: float, words: str, tone: str) -> None:
    found = deadline(NOW + hours * HOURS, at=NOW)
    assert (found.words, found.tone) == (words, tone)


def test_nothing_due_is_said_and_not_late() -> None:
    assert deadline(None, at=NOW).tone == "none"


def test_late_and_calm_differ_in_word_and_shape_not_in_colour_alone() -> None:
    late, calm = deadline(NOW - HOURS, at=NOW), deadline(NOW + 9 * HOURS, at=NOW)
    assert late.icon != calm.icon
    assert late.words.split()[0] != calm.words.split()[0]


def test_a_span_is_never_rounded_up() -> None:
    assert span_words(timedelta(minutes=59, seconds=59)) == "59 分钟"
    assert span_words(timedelta(hours=47, minutes=59)) == "47 小时"


def test_every_state_has_a_word_a_tone_and_a_shape_of_its_own() -> None:
    marks = [states.state_mark(state) for state in State]
    assert len({mark.word for mark in marks}) == len({mark.icon for mark in marks}) == len(State)
    assert {mark.tone for mark in marks} == {"idle", "wait", "act", "going", "back", "done", "closed"}


def test_closed_states_look_closed_and_open_ones_do_not() -> None:
    for state, rule in STATES.items():
        assert (states.state_mark(state).tone in {"done", "closed"}) is not rule.is_open
        assert bool(states.owner_words(state)) is rule.is_open


def test_urgencies_and_directions_differ_in_word_shape_and_tone() -> None:
    for marks in ([states.urgency_mark(u) for u in Urgency], [states.direction_mark(d) for d in Direction]):
        for part in ("word", "icon", "tone"):
            assert len({getattr(mark, part) for mark in marks}) == len(marks)


def test_every_move_has_the_word_of_the_table_on_its_button() -> None:
    assert [states.action_words(move.action) for move in MOVES] == [move.name for move in MOVES]
    with pytest.raises(KeyError):
        states.action_words("abolish")


def test_the_four_tiers_differ_in_word_shape_and_colour() -> None:
    marks = [tiers.tier_mark(tier) for tier in Tier]
    for part in ("word", "short", "shape", "slug"):
        assert len({str(getattr(mark, part)) for mark in marks}) == 4
    assert tiers.tier_mark("4") == tiers.tier_mark(4) == tiers.tier_mark(Tier.CITY)
    with pytest.raises(ValueError, match="5"):
        tiers.tier_mark(5)


def test_every_kind_link_role_and_basis_has_words() -> None:
    assert all(tiers.kind_words(kind) for kind in Kind)
    assert all(tiers.link_words(kind) for kind in LinkKind)
    assert all(posts.role_words(role) for role in Role)
    assert len({basis.basis_mark(one).icon for one in Basis}) == 3


def test_a_level_is_said_with_its_grade() -> None:
    assert tiers.level_words("tertiary", "a") == "三级甲等"
    assert tiers.level_words("secondary") == "二级"
    assert tiers.level_words("none", "none") == "未定级"


@pytest.mark.parametrize(
    ("name", "masked"),
    [("陈小明", "陈*明"), ("李四", "李*"), ("欧阳建国", "欧**国"), ("王", "王"), ("John Smith", "J*** S***"), ("", "")],
)
def test_a_masked_name_keeps_its_ends_and_its_length(name: str, masked: str) -> None:
    assert people.masked_name(name) == masked


@pytest.mark.parametrize(
    ("born", "words"),
    [
        (date(1957, 3, 4), "69 岁"),
        (date(1957, 3, 5), "68 岁"),
        (date(2023, 3, 5), "35 个月"),
        (date(2026, 2, 4), "1 个月"),
        (date(2026, 2, 5), "27 天"),
        (date(2026, 3, 4), "0 天"),
        (None, "年龄未知"),
    ],
)
def test_an_age_is_in_completed_years_or_for_the_youngest_in_months_and_days(born: date | None, words: str) -> None:
    assert people.age_words(born, on=date(2026, 3, 4)) == words


def test_a_birthday_on_the_leap_day_counts_from_the_first_of_march() -> None:
    assert people.age_words(date(2020, 2, 29), on=date(2026, 2, 28)) == "5 岁"
    assert people.age_words(date(2020, 2, 29), on=date(2026, 3, 1)) == "6 岁"


def test_sexes_follow_the_standard_and_the_rest_is_unknown() -> None:
    assert [people.sex_words(code) for code in (1, 2, 0, 9)] == ["男", "女", "性别未知", "性别未知"]


def test_only_the_tail_of_a_number_shows() -> None:
    assert people.tail("441702195703020013") == "···· 0013"
    assert people.tail("") == ""


def test_days_near_are_named_and_others_dated() -> None:
    today = date(2026, 3, 4)
    said = [dates.day_words(today + timedelta(days=days), today=today) for days in (-1, 0, 1, 2)]
    assert said == ["昨天", "今天", "明天", "3月6日 周五"]
    assert dates.day_words(date(2027, 1, 2), today=today) == "2027年1月2日 周六"


def test_a_moment_is_said_in_the_citys_zone_whatever_zone_it_comes_in() -> None:
    late = datetime(2026, 3, 4, 17, 30, tzinfo=UTC)  # half past one on the fifth
    assert dates.moment_words(late, at=NOW) == "明天 01:30"
    assert dates.moment_words(late.astimezone(ZoneInfo("America/New_York")), at=NOW) == "明天 01:30"


def test_money_never_passes_through_a_float() -> None:
    assert numbers.money_words(120350) == "¥1,203.50"
    assert numbers.money_words(-5) == "-¥0.05"
    assert numbers.money_words(10**15 + 1) == "¥10,000,000,000,000.01"


def test_a_share_of_nothing_is_a_dash_and_not_zero() -> None:
    assert numbers.permille_words(None) == "—"
    assert numbers.permille_words(0) == "0.0%"
    assert numbers.permille_words(652) == "65.2%"


def test_distances_change_unit_at_a_kilometre() -> None:
    said = [numbers.distance_words(metres) for metres in (999, 1000, 14349, None)]
    assert said == ["999 米", "1.0 公里", "14.3 公里", "距离未知"]


def test_places_stand_by_day_and_half_day_in_order() -> None:
    def place(key: int, hour: int, day: int = 5) -> SimpleNamespace:
        return SimpleNamespace(pk=key, starts_at=datetime(2026, 3, day, hour - 8, tzinfo=UTC))

    days = places.places_by_day([place(1, 14), place(2, 9), place(3, 8, day=6), place(4, 12)], at=NOW)
    assert [(day.words, day.count) for day in days] == [("明天", 3), ("3月6日 周五", 1)]
    assert [[one.pk for one in half.places] for half in days[0].halves] == [[2], [4, 1]]
    assert places.places_by_day([], at=NOW) == []


def test_places_that_came_with_their_clinic_stand_under_it() -> None:
    def place(key: int, hour: int, line: str, name: str) -> Place:
        session = Session(line=line, physician=User(name=name) if name else None)
        return Place(pk=key, session=session, starts_at=datetime(2026, 3, 5, hour - 8, tzinfo=UTC))

    found = [place(1, 9, "expert", "黎医生"), place(2, 9, "specialist", ""), place(3, 8, "expert", "黎医生")]
    (day,) = places.places_by_day(found, at=NOW)
    assert [(half.words, [one.pk for one in half.places]) for half in day.halves] == [
        ("上午 专家门诊 黎医生", [3, 1]), ("上午 专科门诊", [2]),
    ]  # fmt: skip
    (day,) = places.places_by_day([place(1, 9, "examination", "")], at=NOW)
    assert [half.words for half in day.halves] == ["上午"]


def test_a_sparkline_runs_through_the_box_and_a_flat_one_through_its_middle() -> None:
    points = [tuple(map(float, point.split(","))) for point in charts.sparkline([1, 5, 3]).split()]
    assert points == [(3, 25), (60, 3), (117, 14)]
    assert {point.split(",")[1] for point in charts.sparkline([4, 4, 4]).split()} == {"14.0"}
    assert charts.sparkline([7]) == ""


def test_bars_are_as_long_as_their_share_of_the_longest() -> None:
    assert [bar.permille for bar in charts.bars([("a", 40), ("b", 10), ("c", 0)])] == [1000, 250, 0]
    assert [bar.permille for bar in charts.bars([("a", 0)])] == [0]
    assert charts.bars([("a", 1, "/list/")])[0].href == "/list/"


def test_words_follow_the_readers_language_without_losing_the_number() -> None:
    with translation.override("en"):
        assert "2" in deadline(NOW - 2 * HOURS, at=NOW).words


@pytest.mark.parametrize(
    ("code", "name", "english"),
    [
        ("I21.9", "急性心肌梗死", "Acute myocardial infarction"),
        ("I21", "急性心肌梗死", "Acute myocardial infarction"),  # of a category; the name tells
        ("E11", "2型糖尿病", "Type 2 diabetes mellitus without complications"),
        ("", "林医生写的话", "林医生写的话"),
    ],
)
def test_a_diagnosis_is_read_in_english_where_the_table_knows_its_name(code: str, name: str, english: str) -> None:
    referral = SimpleNamespace(diagnosis_code=code, diagnosis_name=name)
    assert names.diagnosis_words(referral) == name
    with translation.override("en"):
        assert names.diagnosis_words(referral) == english


def test_why_a_page_chose_is_read_in_english_too_and_what_a_person_wrote_stays() -> None:
    by_page = SimpleNamespace(choice_code="", choice_reason="病情稳定，转回基层接续管理")
    by_person = SimpleNamespace(choice_code="", choice_reason="女儿住在那里")
    with translation.override("en"):
        assert states.choice_words(by_page).isascii()  # type: ignore[arg-type]
        assert states.choice_words(by_person) == "女儿住在那里"  # type: ignore[arg-type]


def test_a_source_has_words_where_it_is_our_own() -> None:
    assert [people.source_words(one) for one in ("synthetic", "spreadsheet", "his-yx")] == [
        "合成数据",
        "表格",
        "his-yx",
    ]
