"""What a city's rulebook comes down to on one day: a record of integers. `policy_keys` says whence each comes."""

from typing import NamedTuple

NO_CAP = 10**15  # "none" in the rulebook: more than a year of the largest bills could reach
Ints = tuple[int, ...]
ALWAYS = (-(10**9), 10**9)  # days since 1970


class PaymentPolicy(NamedTuple):
    """Each field is an int or the flat tuple of a table, the last axis running fastest; see `policy_keys.TABLES`."""

    rounding: int
    own_share_permille: Ints
    deductible_cents: Ints
    deductible_yearly: Ints
    deductible_referral_permille: Ints
    deductible_chain: int
    ratio_permille: Ints
    ratio_referral_points: Ints
    ratio_contract_points: Ints
    ratio_group_points: Ints
    ratio_highest_permille: int
    higher_wins: int
    cap_visit_cents: Ints
    cap_setting_cents: Ints
    cap_year_cents: Ints
    catastrophic_deductible_cents: Ints
    catastrophic_from_cents: Ints
    catastrophic_permille: Ints
    catastrophic_cap_cents: Ints
    catastrophic_counts: Ints
    assistance_from_cents: Ints
    assistance_permille: Ints
    assistance_cap_cents: Ints
    assistance_counts: Ints
    care_day_cents: Ints
    drug_share_ceiling_permille: Ints
    cost_ceiling_cents: Ints
    first_contact: Ints
    stepwise: int
    referral_valid_days: int
    emergency_filing_days: int
    late_filing: int


class DatedPolicy(NamedTuple):
    """A policy while it is in force: days since 1970, the last one not included."""

    first_day: int
    last_day: int
    policy: PaymentPolicy
