"""Reference pages of the worked cases: what happened, the arithmetic by hand, who pays what."""

from collections.abc import Callable, Iterator
from functools import partial

from fenji.kernel.payment.codes import Group, PayTier, ReferralState, Scheme, Setting
from fenji.rulebook.case_running import said
from fenji.rulebook.keys.payment import AXES
from fenji.rulebook.loader import CITIES, load_rulebook
from fenji.rulebook.markdown import MADE, table
from fenji.rulebook.packs import available_policies
from fenji.rulebook.provider_cases import FORMS, read_provider_cases
from fenji.rulebook.shapes import yuan
from fenji.rulebook.worked_cases import AMOUNTS, PAYERS, WorkedBill, WorkedCase, read_worked_cases

ITEMS = {
    "a": "甲类",
    "b_drug": "乙类药品",
    "b_service": "乙类诊疗",
    "b_material": "乙类耗材",
    "b_items": "另定自付的乙类",
    "b_items_own": "其自付",
    "c": "丙类",
    "over_ceiling": "超限价",
    "drug": "药品合计",
}
HEADING = ("账单", "费用", "谁付多少")


def render_cases_page(city: str) -> str:
    """All worked cases of a city, each as a person would check it."""
    rulebook, cases = load_rulebook(city), list(read_worked_cases(CITIES / city))
    paid = list(read_provider_cases(CITIES / city))
    lines = [
        MADE,
        f"# {rulebook.name}：算例 Worked cases",
        "",
        f"{len(cases) + len(paid)} 例，逐步手算，金额以元计；`fenji policy check {city}` 逐例重算。所依据的各项："
        f"[{rulebook.name}的政策](../policy/{city}.md)。多数金额是假设，见各项的状态。",
    ]
    for case in cases:
        lines += ["", f"## {case.name}", "", _person(case), "", *table(HEADING, map(_row, case.bills)), ""]
        lines += ["```", case.by_hand, "```"]
    for provider in paid:
        lines += ["", f"## {provider.name}", "", f"付给机构：{FORMS[provider.form][0]}，{provider.on}。", ""]
        lines += ["```", provider.by_hand, "```"]
    return "\n".join([*lines, ""])


CASE_PAGES: dict[str, Callable[[], str]] = {
    f"docs/reference/cases/{pack.code}.md": partial(render_cases_page, pack.code)
    for pack in available_policies()
    if (CITIES / pack.code / "cases").is_dir()
}


def _person(case: WorkedCase) -> str:
    bill = case.bills[0].bill
    words = [AXES[Scheme][Scheme(bill.scheme)][0], AXES[Group][Group(bill.group)][0]]
    return "，".join([*words, "已签约" if bill.contract else "未签约"]) + "。"


def _row(one: WorkedBill) -> tuple[str, ...]:
    bill = one.bill
    state = one.state if one.state is not None else ReferralState(bill.referral_state)
    where = f"{one.on} {AXES[PayTier][PayTier(bill.tier)][0]}{AXES[Setting][Setting(bill.setting)][0]}"
    how = f"{AXES[ReferralState][state][0]}{'（由记录认定）' if one.visit else ''}"
    pays = "，".join(said(payer, one.comes_to[payer]) for payer in PAYERS if one.comes_to[payer])
    return f"{where}，{how}", "，".join(_items(one)), pays


def _items(one: WorkedBill) -> Iterator[str]:
    for name in AMOUNTS:
        if amount := getattr(one.bill, f"{name}_cents"):
            yield f"{ITEMS[name]} {yuan(amount)}"
    if one.bill.care_days:
        yield f"护理 {one.bill.care_days} 天"
