"""The fixed record of every amount between a bill and who pays it."""

from enum import IntFlag
from typing import NamedTuple


class Flag(IntFlag):
    """What a supervisor should look at; changes no amount."""

    DRUG_SHARE = 1  # 药占比超控制线
    COST = 2  # 费用超控制线
    NOT_COVERED = 4  # no ratio for this setting and tier
    VISIT_CAP = 8
    SETTING_CAP = 16
    YEAR_CAP = 32


class Settlement(NamedTuple):
    """All ints, in the order in which they come about; amounts in 分.

    fund + catastrophic + assistance + care + self = total; self = own share + class C + over ceiling + deductible
    + what the ratio and the caps leave, less what the other payers bear.
    """

    total_cents: int
    own_share_cents: int  # 乙类先行自付
    eligible_cents: int  # 政策范围内费用
    deductible_full_cents: int  # 起付标准 of tier and order
    deductible_due_cents: int  # what of it is still to be borne: year and chain counted
    deductible_cents: int  # borne in this bill
    payable_cents: int  # eligible above the deductible
    ratio_base_permille: int
    ratio_chain_permille: int  # added because the chain's earlier tier pays more (就高不就低)
    ratio_referral_permille: int  # points, may be negative
    ratio_contract_permille: int
    ratio_group_permille: int
    ratio_permille: int
    by_ratio_cents: int
    after_visit_cap_cents: int
    after_setting_cap_cents: int
    fund_cents: int  # 统筹基金支付
    burden_cents: int  # eligible less fund
    catastrophic_cents: int  # 大病保险支付
    assistance_cents: int  # 医疗救助支付
    care_cents: int  # 长期护理保险支付
    self_cents: int  # 个人支付
    flags: int


def self_paid(total_cents: int) -> Settlement:
    """A bill of a day on which the person was not insured: nobody else bears anything, the year does not see it."""
    return Settlement(*[0] * len(Settlement._fields))._replace(total_cents=total_cents, self_cents=total_cents)
