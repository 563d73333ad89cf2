"""A bill (结算单) as the kernel settles it: codes and amounts, nothing of who the person is."""

from typing import NamedTuple

MOST_CENTS = 10**12  # ten billion yuan: no amount of a bill may be more, so that int64 never overflows
NO_CHAIN = -1


class Bill(NamedTuple):
    """All ints. Amounts are in 分, each part of the bill in exactly one of them; the codes are those of `codes`.

    Price above a ceiling (超限价) belongs to `over_ceiling_cents` and not to the item's class. `b_items_cents` are 乙
    items for which the catalogue sets the own share, `b_items_own_cents` that share; other 乙 items bear the policy's.
    The chain's four fields say what went before in the same referral chain; `year` and `batch` fill them.
    """

    scheme: int
    setting: int
    tier: int
    referral_state: int  # from `referral_state.resolve_referral_state`, never as declared
    contract: int = 0  # 1: signed with a family-doctor team of the institution or its consortium
    group: int = 0
    a_cents: int = 0  # 甲类
    b_drug_cents: int = 0  # 乙类
    b_service_cents: int = 0
    b_material_cents: int = 0
    b_items_cents: int = 0
    b_items_own_cents: int = 0
    c_cents: int = 0  # 丙类（目录外，全自费）
    over_ceiling_cents: int = 0
    drug_cents: int = 0  # all drugs of the bill, whatever class: for the drug share only
    care_days: int = 0  # days that long-term care insurance pays for
    chain_tier: int = NO_CHAIN  # tier of the stage before
    chain_order: int = 0  # order of the chain's first stay
    chain_deductible_cents: int = 0  # borne in the chain so far
    chain_ratio_permille: int = 0  # the highest base ratio of the chain so far


def total_cents(bill: Bill) -> int:
    return (
        bill.a_cents
        + bill.b_drug_cents
        + bill.b_service_cents
        + bill.b_material_cents
        + bill.b_items_cents
        + bill.c_cents
        + bill.over_ceiling_cents
    )
