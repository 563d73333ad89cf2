"""The rule itself: what each payer bears of a bill. A straight line over ints, run plain here, compiled by `batch`.

Nothing here may be more than ints, tuples of ints and the three records, so that one source serves both.
"""

from typing import NamedTuple

from fenji.kernel.payment.bill import NO_CHAIN, Bill, total_cents
from fenji.kernel.payment.codes import (
    Band,
    ChainMode,
    Group,
    ItemKind,
    Order,
    PayTier,
    ReferralState,
    Scheme,
    Setting,
)
from fenji.kernel.payment.outcome import Flag, Settlement
from fenji.kernel.payment.person import PersonYear
from fenji.kernel.payment.policy import PaymentPolicy

SCHEMES, TIERS, ORDERS, STATES = len(Scheme), len(PayTier), len(Order), len(ReferralState)
SETTINGS, GROUPS, KINDS, BANDS = len(Setting), len(Group), len(ItemKind), len(Band)
DRUG, SERVICE, MATERIAL = int(ItemKind.DRUG), int(ItemKind.SERVICE), int(ItemKind.MATERIAL)
INPATIENT, UNREFERRED = int(Setting.INPATIENT), int(ReferralState.UNREFERRED)
ANEW, DIFFERENCE = int(ChainMode.ANEW), int(ChainMode.DIFFERENCE)
LAST_ORDER = int(Order.LATER)
OVER_DRUG_SHARE, OVER_COST, NOT_COVERED = int(Flag.DRUG_SHARE), int(Flag.COST), int(Flag.NOT_COVERED)
AT_VISIT_CAP, AT_SETTING_CAP, AT_YEAR_CAP = int(Flag.VISIT_CAP), int(Flag.SETTING_CAP), int(Flag.YEAR_CAP)


def settle(bill: Bill, person: PersonYear, policy: PaymentPolicy) -> Settlement:
    """Who pays what of a bill after what the year has seen; every amount on the way. `faults.fault_of` goes first."""
    total = total_cents(bill)
    own_share = own_share_of(bill, policy)
    eligible = total - own_share - bill.c_cents - bill.over_ceiling_cents
    chained = is_chained(bill, policy)
    full, due = deductible_of(bill, person, policy, chained)
    deductible = min(eligible, due)
    payable = eligible - deductible

    place = (bill.setting * SCHEMES + bill.scheme) * TIERS + bill.tier
    base = policy.ratio_permille[place]
    by_chain = max(0, bill.chain_ratio_permille - base) * policy.higher_wins * chained
    by_referral = policy.ratio_referral_points[(bill.setting * TIERS + bill.tier) * STATES + bill.referral_state]
    by_contract = policy.ratio_contract_points[bill.setting * TIERS + bill.tier] * bill.contract
    by_group = policy.ratio_group_points[(bill.setting * SCHEMES + bill.scheme) * GROUPS + bill.group]
    covered = base + by_chain > 0
    added = base + by_chain + by_referral + by_contract + by_group
    ratio = max(0, min(policy.ratio_highest_permille, added)) * covered

    by_ratio = share(payable, ratio, policy.rounding)
    after_visit = min(by_ratio, policy.cap_visit_cents[place])
    setting_left = policy.cap_setting_cents[bill.setting * SCHEMES + bill.scheme] - one_of(
        person.fund_cents, bill.setting
    )
    after_setting = min(after_visit, max(0, setting_left))
    year_left = policy.cap_year_cents[bill.scheme] - sum_of(person.fund_cents)
    fund = min(after_setting, max(0, year_left))

    burden = eligible - fund
    catastrophic = catastrophic_of(bill, person, policy, burden)
    assistance = assistance_of(bill, person, policy, burden - catastrophic)
    left = total - fund - catastrophic - assistance
    care = min(left, policy.care_day_cents[bill.scheme] * bill.care_days)
    flags = NOT_COVERED * (not covered) + flags_of(bill, policy, total)
    flags += AT_VISIT_CAP * (after_visit < by_ratio) + AT_SETTING_CAP * (after_setting < after_visit)
    flags += AT_YEAR_CAP * (fund < after_setting)
    return Settlement(
        total, own_share, eligible, full, due, deductible, payable,
        base, by_chain, by_referral, by_contract, by_group, ratio,
        by_ratio, after_visit, after_setting, fund,
        burden, catastrophic, assistance, care, left - care, flags,
    )  # fmt: skip


def after(bill: Bill, person: PersonYear, policy: PaymentPolicy, settled: Settlement) -> PersonYear:
    """The person's year once the bill is settled."""
    new_stay = (bill.setting >= INPATIENT) * (1 - is_chained(bill, policy))
    counts = policy.catastrophic_counts[bill.referral_state]
    hardship = policy.assistance_counts[bill.referral_state]
    return PersonYear(
        person.stays + new_stay,
        plus_at(person.deductible_cents, bill.setting, settled.deductible_cents),
        plus_at(person.fund_cents, bill.setting, settled.fund_cents),
        person.burden_cents + settled.burden_cents * counts,
        person.catastrophic_cents + settled.catastrophic_cents,
        person.hardship_cents + (settled.burden_cents - settled.catastrophic_cents) * hardship,
        person.assistance_cents + settled.assistance_cents,
    )


class Chain(NamedTuple):
    """What a referral chain has seen: last tier, order of its first stay, deductible borne, best base ratio."""

    tier: int = NO_CHAIN
    order: int = 0
    deductible_cents: int = 0
    ratio_permille: int = 0


def with_chain(bill: Bill, chain: Chain) -> Bill:
    """The bill as the next of its chain."""
    return Bill(
        bill.scheme, bill.setting, bill.tier, bill.referral_state, bill.contract, bill.group,
        bill.a_cents, bill.b_drug_cents, bill.b_service_cents, bill.b_material_cents,
        bill.b_items_cents, bill.b_items_own_cents, bill.c_cents, bill.over_ceiling_cents,
        bill.drug_cents, bill.care_days,
        chain.tier, chain.order, chain.deductible_cents, chain.ratio_permille,
    )  # fmt: skip


def chain_after(bill: Bill, person: PersonYear, policy: PaymentPolicy, settled: Settlement) -> Chain:
    """The bill's chain once the bill is settled: a stay that does not count on begins it anew, a visit leaves it."""
    stay = int(bill.setting >= INPATIENT)
    kept = is_chained(bill, policy) if stay else 1
    return Chain(
        bill.tier * stay + bill.chain_tier * (1 - stay),
        bill.chain_order * kept + person.stays * (1 - kept),
        settled.deductible_cents * stay + bill.chain_deductible_cents * kept,
        max(settled.ratio_base_permille * stay, bill.chain_ratio_permille * kept),
    )


def share(cents: int, permille: int, rounding: int) -> int:
    """Permille of an amount in whole 分; `rounding` is what is added before the rest is cut off."""
    return (cents * permille + rounding) // 1000


def own_share_of(bill: Bill, policy: PaymentPolicy) -> int:
    """乙类先行自付: what the policy sets for the kind, or the catalogue for the item."""
    row = bill.scheme * KINDS
    return (
        share(bill.b_drug_cents, policy.own_share_permille[row + DRUG], policy.rounding)
        + share(bill.b_service_cents, policy.own_share_permille[row + SERVICE], policy.rounding)
        + share(bill.b_material_cents, policy.own_share_permille[row + MATERIAL], policy.rounding)
        + bill.b_items_own_cents
    )


def is_chained(bill: Bill, policy: PaymentPolicy) -> int:
    """1 if this is a further stay of a referral chain, come about compliantly, and the policy counts on."""
    further = (bill.chain_tier > NO_CHAIN) & (bill.setting >= INPATIENT) & (bill.referral_state < UNREFERRED)
    return int(further & (policy.deductible_chain != ANEW))


def deductible_of(bill: Bill, person: PersonYear, policy: PaymentPolicy, chained: int) -> tuple[int, int]:
    """起付标准 in full, and what of it is still due. Counted over a year, or a chain: up the difference, down none."""
    order = min(LAST_ORDER, bill.chain_order if chained else person.stays)
    place = ((bill.setting * SCHEMES + bill.scheme) * TIERS + bill.tier) * ORDERS + order * (bill.setting >= INPATIENT)
    multiple = policy.deductible_referral_permille[bill.referral_state]
    full = share(policy.deductible_cents[place], multiple, policy.rounding)
    borne = one_of(person.deductible_cents, bill.setting) * policy.deductible_yearly[bill.setting]
    borne = max(borne, bill.chain_deductible_cents * chained)
    counts_on = chained * ((policy.deductible_chain != DIFFERENCE) | (bill.tier < bill.chain_tier))
    return full, max(0, full - borne) * (1 - counts_on)


def catastrophic_of(bill: Bill, person: PersonYear, policy: PaymentPolicy, burden: int) -> int:
    """大病保险: what the year's burden now earns less what it earned before; within the cap."""
    counted = burden * policy.catastrophic_counts[bill.referral_state]
    above = person.burden_cents + counted - policy.catastrophic_deductible_cents[bill.scheme * GROUPS + bill.group]
    if above <= 0:
        return 0
    earned = catastrophic_earned(above, bill, policy) - catastrophic_earned(max(0, above - counted), bill, policy)
    left = max(0, policy.catastrophic_cap_cents[bill.scheme] - person.catastrophic_cents)
    return min(earned, min(counted, left))


def catastrophic_earned(above: int, bill: Bill, policy: PaymentPolicy) -> int:
    """What a year's burden above the deductible earns, band by band."""
    bounds, row = policy.catastrophic_from_cents, bill.group * BANDS
    earned = 0
    for band in range(BANDS):
        reached = above if band == BANDS - 1 else min(above, bounds[band + 1])
        earned += share(max(0, reached - bounds[band]), policy.catastrophic_permille[row + band], policy.rounding)
    return earned


def assistance_of(bill: Bill, person: PersonYear, policy: PaymentPolicy, hardship: int) -> int:
    """医疗救助 of what basic and catastrophic insurance leave within the catalogue; within the year's cap."""
    ratio = policy.assistance_permille[bill.group]
    if ratio == 0:
        return 0
    counted = hardship * policy.assistance_counts[bill.referral_state]
    above = person.hardship_cents - policy.assistance_from_cents[bill.group]
    now, before = max(0, above + counted), max(0, above)
    earned = share(now, ratio, policy.rounding) - share(before, ratio, policy.rounding)
    left = max(0, policy.assistance_cap_cents[bill.group] - person.assistance_cents)
    return min(earned, min(counted, left))


def flags_of(bill: Bill, policy: PaymentPolicy, total: int) -> int:
    """What of the bill is above a control line."""
    drugs_over = bill.drug_cents * 1000 > total * policy.drug_share_ceiling_permille[bill.tier]
    cost_over = total > policy.cost_ceiling_cents[bill.setting * TIERS + bill.tier]
    return OVER_DRUG_SHARE * drugs_over + OVER_COST * cost_over


def sum_of(five: tuple[int, int, int, int, int]) -> int:
    return five[0] + five[1] + five[2] + five[3] + five[4]


def one_of(five: tuple[int, int, int, int, int], place: int) -> int:
    """The number at a place; without a branch, which the processor would guess wrong."""
    return (
        five[0] * (place == 0)
        + five[1] * (place == 1)
        + five[2] * (place == 2)
        + five[3] * (place == 3)
        + five[4] * (place == 4)
    )


def plus_at(five: tuple[int, int, int, int, int], place: int, cents: int) -> tuple[int, int, int, int, int]:
    """The five numbers with `cents` added at one place."""
    return (
        five[0] + cents * (place == 0),
        five[1] + cents * (place == 1),
        five[2] + cents * (place == 2),
        five[3] + cents * (place == 3),
        five[4] + cents * (place == 4),
    )
