"""What is wrong with a bill so that it cannot be settled, as a number that a batch can carry, and in words."""

from enum import IntEnum

from fenji.kernel.payment.bill import MOST_CENTS, Bill, total_cents
from fenji.kernel.payment.codes import Group, PayTier, ReferralState, Scheme, Setting
from fenji.kernel.payment.person import PersonYear

MOST_YEAR_CENTS = 10**15  # times 1000 permille it still fits int64
MOST_DAYS = 366
SCHEMES, SETTINGS, TIERS, STATES, GROUPS = len(Scheme), len(Setting), len(PayTier), len(ReferralState), len(Group)


class Fault(IntEnum):
    NONE = 0
    MISSING = 1
    UNKNOWN_CODE = 2
    NEGATIVE = 3
    TOO_LARGE = 4
    OWN_SHARE = 5
    DRUGS = 6
    OUT_OF_ORDER = 7
    DUPLICATE = 8
    YEAR_TOO_LARGE = 9
    TOO_MANY_CHAINS = 10
    OPENING = 11
    NO_POLICY = 12


UNKNOWN_CODE, NEGATIVE, TOO_LARGE = int(Fault.UNKNOWN_CODE), int(Fault.NEGATIVE), int(Fault.TOO_LARGE)
OWN_SHARE, DRUGS, YEAR_TOO_LARGE = int(Fault.OWN_SHARE), int(Fault.DRUGS), int(Fault.YEAR_TOO_LARGE)

# What is wrong and what to do, Chinese and English.
FAULTS: dict[Fault, tuple[str, str]] = {
    Fault.MISSING: ("有必填项为空：补全后重新结算", "a value is missing: fill it in and settle again"),
    Fault.UNKNOWN_CODE: (
        "险种、类别、级别、转诊状态、签约或人员代码不认识：按代码表改正",
        "a code of scheme, setting, tier, referral state, contract or group is not known: see the table of codes",
    ),
    Fault.NEGATIVE: ("金额或天数为负：冲销请撤回原单", "an amount is negative: to reverse a bill, withdraw it"),
    Fault.TOO_LARGE: (
        "金额超过一百亿元或天数超过一年：核对单位是否为分",
        "an amount is over ten billion yuan, or days over a year: is it in cents?",
    ),
    Fault.OWN_SHARE: (
        "先行自付大于该项金额：核对目录比例",
        "an own share is larger than its items: check the catalogue",
    ),
    Fault.DRUGS: ("药品金额大于总费用：核对明细", "drugs cost more than the whole: check the lines"),
    Fault.OUT_OF_ORDER: (
        "未按人员、时间排序：排序后重新结算",
        "not in order of person and time: sort and settle again",
    ),
    Fault.DUPLICATE: ("同一人同一单据号重复：删去一张", "the same bill twice: remove one"),
    Fault.YEAR_TOO_LARGE: ("本年累计超过十万亿元：核对期初数", "the year is over ten trillion yuan: check its opening"),
    Fault.TOO_MANY_CHAINS: (
        "一年内转诊链超过 64 条：核对转诊链编号",
        "over 64 referral chains a year: check their ids",
    ),
    Fault.OPENING: (
        "本人本年的期初累计或在途转诊链为空、为负、过大或重复：改正期初表",
        "an opening of this person's year lacks a value, is negative, too large or there twice: mend the openings",
    ),
    Fault.NO_POLICY: (
        "就诊当日没有生效的支付政策：核对日期，或补上当时的政策",
        "no payment policy was in force that day: check the date, or add the policy of that time",
    ),
}


def fault_of(bill: Bill, person: PersonYear) -> int:
    """The first fault of a bill, as the number of a `Fault`; 0 when it can be settled without overflow."""
    if not has_known_codes(bill):
        return UNKNOWN_CODE
    bits = amount_bits(bill)
    if bits < 0 or bill.care_days < 0:
        return NEGATIVE
    if (bits > MOST_CENTS and max(amounts_of(bill)) > MOST_CENTS) or bill.care_days > MOST_DAYS:
        return TOO_LARGE
    if bill.b_items_own_cents > bill.b_items_cents:
        return OWN_SHARE
    total = total_cents(bill)
    if bill.drug_cents > total:
        return DRUGS
    return YEAR_TOO_LARGE if total + spent_in(person) > MOST_YEAR_CENTS else 0


def has_known_codes(bill: Bill) -> bool:
    return (
        0 <= bill.scheme < SCHEMES
        and 0 <= bill.setting < SETTINGS
        and 0 <= bill.tier < TIERS
        and 0 <= bill.referral_state < STATES
        and 0 <= bill.contract <= 1
        and 0 <= bill.group < GROUPS
    )


def amount_bits(bill: Bill) -> int:
    """The amounts' bits in one number: negative if one of them is, and never less than the largest of them."""
    return (
        bill.a_cents
        | bill.b_drug_cents
        | bill.b_service_cents
        | bill.b_material_cents
        | bill.b_items_cents
        | bill.b_items_own_cents
        | bill.c_cents
        | bill.over_ceiling_cents
        | bill.drug_cents
    )


def amounts_of(bill: Bill) -> tuple[int, int, int, int, int, int, int, int, int]:
    return (
        bill.a_cents,
        bill.b_drug_cents,
        bill.b_service_cents,
        bill.b_material_cents,
        bill.b_items_cents,
        bill.b_items_own_cents,
        bill.c_cents,
        bill.over_ceiling_cents,
        bill.drug_cents,
    )


def spent_in(person: PersonYear) -> int:
    """All that the year has seen in one sum: no accumulator is larger."""
    five, also = person.fund_cents, person.deductible_cents
    funds = five[0] + five[1] + five[2] + five[3] + five[4]
    deductibles = also[0] + also[1] + also[2] + also[3] + also[4]
    return funds + deductibles + person.burden_cents + person.hardship_cents
