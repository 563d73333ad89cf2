"""Settles the worked cases by a rulebook and says what comes to something else than was computed by hand."""

from dataclasses import dataclass
from datetime import date

from fenji.kernel.payment.codes import ReferralState
from fenji.kernel.payment.outcome import Flag, Settlement
from fenji.kernel.payment.policy import PaymentPolicy
from fenji.kernel.payment.referral_state import resolve_referral_state
from fenji.kernel.payment.year import DatedBill, Settled, settle_year
from fenji.rulebook.payment import payment_policy
from fenji.rulebook.rulebook import Rulebook
from fenji.rulebook.shapes import percent, yuan
from fenji.rulebook.worked_cases import PAYERS, WorkedBill, WorkedCase

NAMES = {
    "fund": "统筹基金",
    "catastrophic": "大病保险",
    "assistance": "医疗救助",
    "care": "长期护理保险",
    "self": "个人",
    "deductible": "起付",
    "ratio": "比例",
}


@dataclass(frozen=True)
class Outcome:
    """A case settled: its bills in order, and what differs from the hand's result, in Chinese; empty when it holds."""

    case: WorkedCase
    settled: tuple[Settled, ...]
    failure: str


def run(case: WorkedCase, rulebook: Rulebook) -> Outcome:
    """Settle the case's year. Raises NotInRulebook where the policy has no value on a bill's day, or BillRefused."""

    def policy_on(day: date) -> PaymentPolicy:
        return payment_policy(rulebook, day)

    states = [_state(one, policy_on(one.on)) for one in case.bills]
    dated = [
        DatedBill(f"{number:03}", one.on, one.bill._replace(referral_state=int(state)), one.chain)
        for number, (one, state) in enumerate(zip(case.bills, states, strict=True))
    ]
    settled = settle_year(dated, policy_on, case.opening)
    found = []
    for number, (one, state) in enumerate(zip(case.bills, states, strict=True)):
        outcome = next(each for each in settled if each.id == f"{number:03}")
        wrong = [*_wrong_state(one, state), *_wrong_amounts(one, outcome.settlement), *_wrong_flags(one, outcome)]
        found += [f"第 {number + 1} 张：{text}" for text in wrong]
    return Outcome(case, settled, f"{case.name}：{'；'.join(found)}" if found else "")


def amount_of(settlement: Settlement, name: str) -> int:
    """What a name of `comes_to` is in a settlement: 分, or permille for `ratio`."""
    return int(getattr(settlement, "ratio_permille" if name == "ratio" else f"{name}_cents"))


def said(name: str, number: int) -> str:
    return f"{NAMES[name]} {percent(number) if name == 'ratio' else yuan(number) + ' 元'}"


def _state(one: WorkedBill, policy: PaymentPolicy) -> ReferralState:
    if one.visit is None:
        return ReferralState(one.bill.referral_state)
    return resolve_referral_state(one.facts, one.visit, policy).state


def _wrong_state(one: WorkedBill, state: ReferralState) -> list[str]:
    if one.state is None or one.state is state:
        return []
    return [f"转诊状态应为 {one.state.name.lower()}，得 {state.name.lower()}"]


def _wrong_amounts(one: WorkedBill, settlement: Settlement) -> list[str]:
    got = {name: amount_of(settlement, name) for name in one.comes_to}
    return [
        f"{said(name, wanted)}，得 {said(name, got[name]).removeprefix(NAMES[name]).strip()}"
        for name, wanted in one.comes_to.items()
        if got[name] != wanted
    ]


def _wrong_flags(one: WorkedBill, outcome: Settled) -> list[str]:
    got = {str(flag.name).lower() for flag in Flag if flag & outcome.settlement.flags}
    if one.flags is None or one.flags == got:
        return []
    return [f"提示应为 {'、'.join(sorted(one.flags)) or '无'}，得 {'、'.join(sorted(got)) or '无'}"]


def total_of(one: WorkedBill) -> int:
    """What the payers of a case come to, in 分: it must be the bill's total."""
    return sum(one.comes_to[payer] for payer in PAYERS)
