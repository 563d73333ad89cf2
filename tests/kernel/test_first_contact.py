"""First contact: what counts, by which clause, and whether the rule binds."""

from dataclasses import replace

import pytest

from fenji.kernel.first_contact import FirstContactRules, FirstVisit, judge_first_contact
from fenji.kernel.reasons import Clause
from fenji.kernel.referral import Urgency
from fenji.kernel.tiers import Basis, Kind, Level

CLAUSES = {
    name: Clause("方案", name, Basis.STATED) for name in ("rule", "tcm_outpatient_counts", "serious_child_at_tertiary")
}
YANGJIANG = FirstContactRules("guided", CLAUSES, tcm_outpatient_counts=True, serious_child_at_tertiary=True)
AT_TERTIARY = FirstVisit(Kind.GENERAL, Level.TERTIARY, "03.04", Urgency.ROUTINE, 50)


@pytest.mark.parametrize(
    ("visit", "code"),
    [
        (FirstVisit(Kind.TOWNSHIP, Level.PRIMARY, "02", Urgency.ROUTINE), "primary"),
        (FirstVisit(Kind.CLINIC, Level.NONE, "02", Urgency.ROUTINE), "primary"),
        (replace(AT_TERTIARY, urgency=Urgency.EMERGENCY), "emergency"),
        (FirstVisit(Kind.TCM, Level.TERTIARY, "50.01", Urgency.ROUTINE), "tcm_outpatient"),
        (replace(AT_TERTIARY, age_years=6, is_difficult=True), "serious_child"),
        (replace(AT_TERTIARY, age_years=14, urgency=Urgency.URGENT), "serious_child"),
    ],
)
def test_what_counts_as_first_contact_in_yangjiang(visit: FirstVisit, code: str) -> None:
    judgement = judge_first_contact(visit, YANGJIANG)
    assert (judgement.counts, judgement.code, judgement.is_binding) == (True, code, False)
    assert judgement.rests_on is not None


@pytest.mark.parametrize(
    "visit",
    [
        AT_TERTIARY,
        FirstVisit(Kind.TCM, Level.TERTIARY, "03.04", Urgency.ROUTINE),  # Western medicine at a TCM hospital
        replace(AT_TERTIARY, age_years=6),  # a child, but neither serious nor difficult
        replace(AT_TERTIARY, age_years=15, is_difficult=True),
        replace(AT_TERTIARY, age_years=None, is_difficult=True),
        FirstVisit(Kind.GENERAL, Level.SECONDARY, "07", Urgency.URGENT, 6),  # not at a tertiary institution
    ],
)
def test_what_does_not_count_is_allowed_where_the_rule_only_guides(visit: FirstVisit) -> None:
    judgement = judge_first_contact(visit, YANGJIANG)
    assert (judgement.counts, judgement.code, judgement.is_binding) == (False, "elsewhere", False)


@pytest.mark.parametrize(
    ("rule", "binds"), [("compulsory", True), ("stepwise", True), ("older_first", False), ("guided", False)]
)
def test_where_the_rule_binds_it_says_so(rule: str, binds: bool) -> None:
    assert judge_first_contact(AT_TERTIARY, replace(YANGJIANG, rule=rule)).is_binding is binds


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"is_referred": True}, "referred"), ({"is_recheck": True}, "recheck"), ({"is_exempt": True}, "exempt")],
)
def test_where_the_rule_binds_who_is_sent_comes_again_or_chooses_freely_may_come(
    changes: dict[str, bool], code: str
) -> None:
    stepwise = FirstContactRules("stepwise", CLAUSES, exempt_choose_freely=True, recheck_same_institution=True)
    judgement = judge_first_contact(replace(AT_TERTIARY, **changes), stepwise)
    assert (judgement.counts, judgement.code) == (True, code)
    bare = FirstContactRules("stepwise", CLAUSES)
    assert judge_first_contact(replace(AT_TERTIARY, **changes), bare).is_binding is (code != "referred")


@pytest.mark.parametrize(("age", "counts"), [(59, True), (60, False), (None, True)])
def test_where_it_begins_with_the_old_the_younger_are_not_judged_by_it(age: int | None, counts: bool) -> None:
    judgement = judge_first_contact(replace(AT_TERTIARY, age_years=age), replace(YANGJIANG, rule="older_first"))
    assert (judgement.counts, judgement.is_binding) == (counts, False)


def test_from_what_age_somebody_is_old_is_a_value_of_the_policy() -> None:
    rules = replace(YANGJIANG, rule="older_first", older_from_years=65)
    judgement = judge_first_contact(replace(AT_TERTIARY, age_years=64), rules)
    assert (judgement.code, judgement.field) == ("younger", "older_from_years")
    assert "65" in judgement.reason.text
    assert not judge_first_contact(replace(AT_TERTIARY, age_years=65), rules).counts


def test_a_judgement_says_in_both_languages_what_it_rests_on() -> None:
    judgement = judge_first_contact(AT_TERTIARY, YANGJIANG)
    assert (judgement.reason.text, judgement.field) == ("未经基层首诊", "rule")
    assert "primary" in judgement.reason.text_en
    assert judgement.rests_on == CLAUSES["rule"]


def test_exceptions_count_only_where_the_city_makes_them() -> None:
    plain = FirstContactRules("guided", CLAUSES)
    assert not judge_first_contact(FirstVisit(Kind.TCM, Level.TERTIARY, "50", Urgency.ROUTINE), plain).counts
    assert not judge_first_contact(replace(AT_TERTIARY, age_years=6, is_difficult=True), plain).counts
