"""A small policy whose numbers are easy in the head, and what Hypothesis draws bills, years and policies from."""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from fenji.kernel.payment.bill import Bill
from fenji.kernel.payment.codes import ChainMode, Group, PayTier, ReferralState, Rounding, Scheme, Setting
from fenji.kernel.payment.person import PersonYear
from fenji.kernel.payment.policy import NO_CAP, PaymentPolicy
from fenji.kernel.payment.policy_keys import CAP, CENTS, DAYS, PERMILLE, POINTS, TABLES, YES_NO, build_policy

BY_TIER = {"village": 10000, "community": 20000, "secondary": 50000, "tertiary": 90000}
VALUES: dict[str, Any] = {
    "payment.rounding": "half_up",
    "payment.own_share": {"employee": 100, "resident": {"drug": 100, "service": 200, "material": 300}},
    "payment.deductible.outpatient": 10000,
    "payment.deductible.chronic": 0,
    "payment.deductible.special": 0,
    "payment.deductible.inpatient": {
        scheme: {tier: {"first": cents, "second": cents // 2, "later": 0} for tier, cents in BY_TIER.items()}
        for scheme in ("employee", "resident")
    },
    "payment.deductible.day_surgery": 30000,
    "payment.deductible_rule.yearly": {"outpatient": True, "other": False},
    "payment.deductible_rule.referral": {"unreferred": 2000, "other": 1000},
    "payment.deductible_rule.chain": "difference",
    "payment.ratio.outpatient": {"employee": 700, "resident": {"tertiary": 0, "other": 500}},
    "payment.ratio.chronic": 700,
    "payment.ratio.special": 750,
    "payment.ratio.inpatient": {
        "employee": {"village": 900, "community": 900, "secondary": 850, "tertiary": 800},
        "resident": {"village": 0, "community": 900, "secondary": 750, "tertiary": 600},
    },
    "payment.ratio.day_surgery": 800,
    "payment.ratio_rule.referral": {
        "inpatient": {"other": {"unreferred": -200, "out_of_region": -100, "out_of_region_unfiled": -200, "other": 0}},
        "other": 0,
    },
    "payment.ratio_rule.contract": {"inpatient": 0, "other": {"community": 50, "other": 0}},
    "payment.ratio_rule.group": {"other": {"employee": {"retired": 50, "other": 0}, "resident": 0}},
    "payment.ratio_rule.highest": 950,
    "payment.ratio_rule.higher_wins": False,
    "payment.cap.visit": {"outpatient": 5000, "other": "none"},
    "payment.cap.setting_year": {"outpatient": 60000, "other": "none"},
    "payment.cap.year": {"employee": 30000000, "resident": 20000000},
    "payment.catastrophic.deductible": {"other": {"low_income": 500000, "destitute": 500000, "other": 1000000}},
    "payment.catastrophic.bands": {"i": 0, "ii": 5000000, "iii": 10000000, "iv": "none"},
    "payment.catastrophic.ratio": {"other": {"i": 600, "ii": 650, "iii": 700, "iv": 0}},
    "payment.catastrophic.cap": 40000000,
    "payment.catastrophic.counts": {"unreferred": False, "out_of_region_unfiled": False, "other": True},
    "payment.assistance.from": 0,
    "payment.assistance.ratio": {"low_income": 700, "destitute": 1000, "other": 0},
    "payment.assistance.cap": 5000000,
    "payment.assistance.counts": {"unreferred": False, "other": True},
    "payment.long_term_care.day": 0,
    "payment.ceiling.drug_share": {"tertiary": 450, "secondary": 500, "other": 600},
    "payment.ceiling.cost": {"inpatient": {"tertiary": 2000000, "other": "none"}, "other": "none"},
    "payment.referral.first_contact": {"other": {"village": True, "community": True, "other": False}},
    "payment.referral.stepwise": False,
    "payment.referral.valid_days": 7,
    "payment.referral.emergency_filing_days": 3,
    "payment.referral.late_filing": "unreferred",
}


def policy(**changes: Any) -> PaymentPolicy:
    """The small policy; `changes` by key, with __ for a dot: `rounding="down"`, `cap__visit="none"`."""
    changed = {f"payment.{key.replace('__', '.')}": value for key, value in changes.items()}
    assert set(changed) <= set(VALUES)
    return build_policy((VALUES | changed).__getitem__)


def stay(**changes: int) -> Bill:
    """A resident's referred stay of 10,000 yuan, all of it 甲, in a secondary hospital."""
    given = Bill(Scheme.RESIDENT, Setting.INPATIENT, PayTier.SECONDARY, ReferralState.REFERRED, a_cents=1000000)
    return given._replace(**changes)


def visit(**changes: int) -> Bill:
    """A resident's visit of 200 yuan at the community centre."""
    given = Bill(Scheme.RESIDENT, Setting.OUTPATIENT, PayTier.COMMUNITY, ReferralState.FIRST_CONTACT, a_cents=20000)
    return given._replace(**changes)


PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # other work may run beside
cents = st.one_of(st.integers(0, 300), st.integers(0, 10_000_000), st.integers(0, 10**12))


@st.composite
def bills(draw: Any) -> Bill:
    parts = {name: draw(cents) for name in ("a_cents", "b_drug_cents", "b_service_cents", "b_material_cents")}
    items, c, over = draw(cents), draw(cents), draw(cents)
    return Bill(
        *(draw(st.sampled_from(codes)) for codes in (Scheme, Setting, PayTier, ReferralState, (0, 1), Group)),
        **parts,
        b_items_cents=items,
        b_items_own_cents=draw(st.integers(0, items)),
        c_cents=c,
        over_ceiling_cents=over,
        drug_cents=draw(st.integers(0, min(10**12, sum(parts.values()) + items + c + over))),
        care_days=draw(st.integers(0, 366)),
    )


@st.composite
def years(draw: Any) -> PersonYear:
    spent = st.integers(0, 10**11)
    return PersonYear(
        stays=draw(st.integers(0, 5)),
        deductible_cents=tuple(draw(spent) for _ in Setting),
        fund_cents=tuple(draw(spent) for _ in Setting),
        **{name: draw(spent) for name in PersonYear._fields if name not in {"stays", "deductible_cents", "fund_cents"}},
    )


NUMBERS = {
    CENTS.name: st.integers(0, 2_000_000),
    CAP.name: st.one_of(st.just(NO_CAP), st.integers(0, 50_000_000)),
    PERMILLE.name: st.integers(0, 1000),
    POINTS.name: st.integers(-300, 300),
    DAYS.name: st.integers(0, 30),
    YES_NO.name: st.integers(0, 1),
}


@st.composite
def policies(draw: Any) -> PaymentPolicy:
    """Any policy at all, sensible or not: the kernel's promises hold for each."""
    numbers: dict[str, Any] = {}
    for field, table in TABLES.items():
        few = draw(st.lists(NUMBERS.get(table.unit.name, st.integers(0, 2000)), min_size=1, max_size=3))
        size = len(getattr(SHAPE, field)) if table.axes else 1
        flat = tuple(few[i % len(few)] for i in range(size))
        numbers[field] = flat if table.axes else flat[0]
    numbers["rounding"] = draw(st.sampled_from(list(Rounding)))
    numbers["deductible_chain"] = draw(st.sampled_from(list(ChainMode)))
    numbers["catastrophic_from_cents"] = (0, *sorted(draw(st.lists(st.integers(0, 10**8), min_size=3, max_size=3))))
    return PaymentPolicy(**numbers)


SHAPE = policy()
