"""The cities' rulebooks: what they answer, how well it is founded, and that a version can be rebuilt exactly."""

import json
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fenji.kernel.deadlines import Span, deadline_at
from fenji.kernel.referral import STATES, Urgency
from fenji.kernel.roles import Role
from fenji.kernel.tiers import Basis, Level
from fenji.kernel.working_time import CHINA
from fenji.rulebook import Rulebook, load_rulebook
from fenji.rulebook.calendar import is_fallback, is_working_day, working_calendar
from fenji.rulebook.keys import KEYS

TODAY = date(2026, 3, 4)
YANGJIANG, QINGHAI = load_rulebook("yangjiang"), load_rulebook("qinghai")
DEADLINES = [rule.deadline for rule in STATES.values() if rule.deadline]


def test_yangjiang_states_every_key_there_is() -> None:
    assert set(YANGJIANG.values) == set(KEYS)
    for key in KEYS:
        assert YANGJIANG.value(key, on=TODAY).source


@pytest.mark.parametrize("rulebook", [YANGJIANG, QINGHAI])
def test_every_value_is_founded_or_says_that_it_is_assumed(rulebook: Rulebook) -> None:
    for rows in rulebook.values.values():
        for dated in rows:
            assert (dated.status is Basis.ASSUMED) == dated.source.startswith("assumption:")
            assert dated.status is not Basis.STATED or dated.clause
            assert rulebook.title_of(dated.source)


@pytest.mark.parametrize("urgency", list(Urgency))
@pytest.mark.parametrize("name", DEADLINES)
def test_every_open_state_has_a_deadline_of_every_urgency(name: str, urgency: Urgency) -> None:
    assert YANGJIANG.deadline(name, urgency, TODAY).minutes > 0
    assert YANGJIANG.escalation(urgency, TODAY).minutes > 0
    assert YANGJIANG.hold(urgency.value, TODAY).minutes > 0


@pytest.mark.parametrize("name", DEADLINES)
@given(minutes=st.integers(0, 330 * 24 * 60))
def test_the_more_urgent_is_never_due_later(name: str, minutes: int) -> None:
    at = datetime(2026, 1, 1, tzinfo=CHINA) + timedelta(minutes=minutes)
    calendar = working_calendar(YANGJIANG, TODAY)
    due = [deadline_at(at, YANGJIANG.deadline(name, urgency, TODAY), calendar) for urgency in
           (Urgency.EMERGENCY, Urgency.URGENT, Urgency.ROUTINE)]  # fmt: skip
    assert due == sorted(due)


def test_an_emergency_is_answered_by_the_clock_and_within_the_quarter_hour() -> None:
    assert YANGJIANG.deadline("review", "emergency", TODAY) == Span(15, working=False)


def test_in_yangjiang_nobody_signs_and_in_qinghai_by_level() -> None:
    assert [YANGJIANG.approval(level, TODAY) for level in Level] == [None] * 4
    signs = {level: QINGHAI.approval(level, TODAY) for level in Level}
    roles = {level: signature.role for level, signature in signs.items() if signature is not None}
    assert roles == {
        Level.TERTIARY: Role.PHYSICIAN,
        Level.SECONDARY: Role.PHYSICIAN,
        Level.PRIMARY: Role.PRIMARY_HEAD,
        Level.NONE: Role.PRIMARY_HEAD,
    }
    assert QINGHAI.value("referral.insurer_step", on=TODAY).value == "none"


def test_qinghai_goes_step_by_step_and_lets_exempt_groups_choose() -> None:
    rules = QINGHAI.choice_rules(TODAY)
    assert rules.stepwise and rules.exempt_choose_freely and rules.recheck_same_institution
    assert rules.order == ("lowest_adequate", "nearest")  # no consortium there
    assert rules.clauses["stepwise"].status is Basis.STATED
    assert QINGHAI.first_contact_rules(TODAY).rule == "stepwise"


def test_yangjiang_prefers_tier_consortium_distance_each_with_its_clause() -> None:
    rules = YANGJIANG.choice_rules(TODAY)
    assert rules.order == ("lowest_adequate", "consortium", "nearest")
    assert "二(七)4" in rules.clauses["consortium"].clause
    assert rules.clauses["consortium"].status is Basis.STATED
    assert rules.clauses["emergency_nearest"].status is Basis.ASSUMED
    first_contact = YANGJIANG.first_contact_rules(TODAY)
    assert first_contact.rule == "guided" and first_contact.tcm_outpatient_counts


def test_reserves_are_shares_and_experts_keep_the_most() -> None:
    shares = [YANGJIANG.reserve_permille(line, TODAY) for line in ("general", "specialist", "expert")]
    assert shares == sorted(shares) and shares[0] > 0 and shares[-1] <= 1000
    assert YANGJIANG.value("booking.reserve.expert", on=TODAY).status is Basis.ASSUMED


def test_a_stored_version_is_rebuilt_exactly() -> None:
    again = Rulebook.from_content(YANGJIANG.content)
    assert (again, again.hash, again.values) == (YANGJIANG, YANGJIANG.hash, YANGJIANG.values)
    assert again.catalogue(TODAY) == YANGJIANG.catalogue(TODAY)


def test_the_hash_is_of_what_is_said_and_not_of_how_it_is_written_down() -> None:
    loose = json.dumps(json.loads(YANGJIANG.content), indent=3, ensure_ascii=True)
    assert Rulebook.from_content(loose).hash == YANGJIANG.hash


def test_any_change_of_a_value_is_another_version() -> None:
    changed = json.loads(YANGJIANG.content)
    changed["values"]["booking.weeks_ahead"][0]["value"] = 5
    assert Rulebook.from_content(json.dumps(changed)).hash != YANGJIANG.hash


@pytest.mark.parametrize("content", ["[]", "{}", '{"format": 99}', "not json"])
def test_what_is_no_rulebook_is_refused(content: str) -> None:
    with pytest.raises(ValueError):
        Rulebook.from_content(content)


def test_holidays_and_make_up_days_are_known_where_they_are_published() -> None:
    assert not is_working_day(date(2026, 10, 1))  # National Day, a Thursday
    assert is_working_day(date(2026, 2, 28))  # a Saturday, made up for the Spring Festival
    assert not is_fallback(date(2026, 10, 1))


def test_in_an_unknown_year_weekdays_count_and_it_says_so() -> None:
    monday = date(2090, 1, 2)
    assert is_fallback(monday) and is_working_day(monday) and not is_working_day(monday - timedelta(days=1))


def test_the_calendar_of_a_city_closes_at_noon() -> None:
    calendar = working_calendar(YANGJIANG, TODAY)
    assert calendar.add(datetime(2026, 3, 4, 11, 59, tzinfo=CHINA), 2) == datetime(2026, 3, 4, 14, 31, tzinfo=CHINA)
