"""Worked cases of how institutions are paid: given amounts in yuan, the form of payment, what it comes to by hand.

They stand beside the other cases as `[[provider]]`. Shares that a policy sets (surplus kept, overrun borne, prepaid)
are the rulebook's of the case's day; standards and budgets, which no document gives, are the case's own.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from fenji.kernel.payment.codes import PayTier
from fenji.kernel.payment.contract_fee import split_fee
from fenji.kernel.payment.providers import package, points
from fenji.kernel.payment.providers.capitation import CapitationRules, clear_capitation
from fenji.kernel.payment.providers.episode import Due, Episode
from fenji.kernel.payment.providers.per_case import CaseRules, pay_by_case
from fenji.kernel.payment.providers.per_day import pay_by_day
from fenji.kernel.payment.providers.per_item import pay_by_item
from fenji.kernel.payment.providers.staged_quota import Stage, settle_stages
from fenji.rulebook.rulebook import Rulebook
from fenji.rulebook.shapes import yuan
from fenji.rulebook.toml_file import TomlFile
from fenji.rulebook.worked_cases import cents

FIELDS = {"name", "on", "form", "given", "comes_to", "by_hand"}
Given = Mapping[str, Any]


@dataclass(frozen=True)
class Ask:
    """What a form of payment is asked with."""

    given: Given
    rulebook: Rulebook
    on: date

    def cents(self, name: str) -> int:
        return cents(self.given[name])

    def all_cents(self, name: str) -> dict[str, int]:
        return {key: cents(amount) for key, amount in self.given.get(name, {}).items()}

    def share(self, name: str) -> int:
        """A share of the rulebook, in permille."""
        return int(self.rulebook.value(f"provider.{name}", on=self.on).value)


@dataclass(frozen=True)
class ProviderCase:
    """`comes_to` by name in 分."""

    city: str
    name: str
    on: date
    form: str
    given: Given
    comes_to: Mapping[str, int]
    by_hand: str

    def outcome(self, rulebook: Rulebook) -> dict[str, int]:
        """What the kernel comes to, by the names of the form. Raises NotInRulebook."""
        return FORMS[self.form][1](Ask(self.given, rulebook, self.on))

    def failure(self, rulebook: Rulebook) -> str:
        """What comes to something else than by hand, in Chinese; empty when the case holds."""
        got = self.outcome(rulebook)
        wrong = [
            f"{name} {yuan(wanted)} 元，得 {yuan(got[name]) if name in got else '—'} 元"
            for name, wanted in self.comes_to.items()
            if got.get(name) != wanted
        ]
        return f"{self.name}：{'；'.join(wrong)}" if wrong else ""


def read_provider_cases(folder: Path) -> Iterator[ProviderCase]:
    """The cases of the city in `folder`. Raises RulebookError on one that is not complete, with its line."""
    for file in sorted((folder / "cases").glob("*.toml")):
        parsed = TomlFile(file, parse_float=Decimal)
        for number, row in enumerate(parsed.data.get("provider", [])):
            try:
                yield _read(folder.name, row)
            except (KeyError, ValueError, TypeError, AttributeError) as error:
                raise parsed.error(
                    f"用例“{row.get('name', '?')}”写得不对：{error}",
                    table="provider",
                    number=number,
                    expected="、".join(sorted(FIELDS)) + "；form 为 " + "、".join(FORMS) + " 之一",
                    remedy="对照同一文件里的其他用例补全或改正",
                ) from None


def _read(city: str, row: dict[str, Any]) -> ProviderCase:
    if set(row) != FIELDS:
        raise ValueError(f"应恰有 {'、'.join(sorted(FIELDS))}")
    if row["form"] not in FORMS:
        raise ValueError(f"不认识 {row['form']}")
    comes_to = {name: _signed(amount) for name, amount in row["comes_to"].items()}
    return ProviderCase(city, row["name"], row["on"], row["form"], row["given"], comes_to, row["by_hand"].strip())


def _signed(amount: Any) -> int:
    return -cents(-amount) if amount < 0 else cents(amount)


def _by_item(ask: Ask) -> dict[str, int]:
    return _due(pay_by_item(_episode(ask), ask.cents("deducted")))


def _by_case(ask: Ask) -> dict[str, int]:
    standards = {PayTier[tier.upper()]: amount for tier, amount in ask.all_cents("standard").items()}
    low, high = ask.given["low_permille"], ask.given["high_permille"]
    return _due(pay_by_case(_episode(ask), PayTier[ask.given["tier"].upper()], CaseRules(standards, low, high)))


def _by_day(ask: Ask) -> dict[str, int]:
    steps = tuple((first, cents(amount)) for first, amount in ask.given["steps"])
    return _due(pay_by_day(_episode(ask), ask.given["days"], steps))


def _capitation(ask: Ask) -> dict[str, int]:
    cleared = clear_capitation(
        ask.given["heads"], ask.cents("spent"), ask.cents("elsewhere"), ask.given["quality_passed"], _rules(ask)
    )
    return {
        "budget": cleared.budget_cents,
        "retained": cleared.retained_cents,
        "returned": cleared.returned_cents,
        "borne": cleared.borne_cents,
        "shared": cleared.shared_cents,
        "due": cleared.due_cents,
    }


def _package(ask: Ask) -> dict[str, int]:
    divided = package.clear_package(
        ask.given["heads"], ask.all_cents("spent"), ask.cents("outside"), ask.given["weights"],
        ask.given["quality_passed"], _rules(ask),
    )  # fmt: skip
    return dict(divided.members) | {"due": divided.clearing.due_cents}


def _points(ask: Ask) -> dict[str, int]:
    """Bills of a month are prepaid by the policy's share; the year's budget is cleared by points."""
    prepaid = {one: points.prepay(bills, ask.share("prepaid_share")) for one, bills in ask.all_cents("bills").items()}
    cleared = points.clear_budget(ask.cents("budget"), ask.given["points_milli"], prepaid)
    return {f"{one}_earned": each.earned_cents for one, each in cleared.items()} | {
        f"{one}_to_pay": each.to_pay_cents for one, each in cleared.items()
    }


def _stages(ask: Ask) -> dict[str, int]:
    stages = [Stage(**stage) for stage in ask.given["stages"]]
    paid = settle_stages(ask.cents("quota"), stages)
    return {one.stage.name: one.paid_cents for one in paid} | {
        "withheld": sum(one.withheld_cents for one in paid),
        "undone": sum(one.undone_cents for one in paid),
    }


def _fee(ask: Ask) -> dict[str, int]:
    fee = ask.rulebook.value("contract.fee", on=ask.on).value
    parts = {payer: amount for payer, amount in fee.items() if payer != "total"}
    split = split_fee(parts, ask.given["months"], waived=ask.given.get("waived", ""), to=ask.given.get("to", ""))
    return {"total": split.total_cents, **split.parts}


def _episode(ask: Ask) -> Episode:
    return Episode(ask.cents("total"), ask.cents("others"))


def _due(due: Due) -> dict[str, int]:
    return {"fund": due.fund_cents, "gain": due.gain_cents}


def _rules(ask: Ask) -> CapitationRules:
    return CapitationRules(ask.all_cents("head"), ask.share("surplus_retained"), ask.share("overrun_shared"))


# By the word of a case: what it is called, and how it is paid.
FORMS: dict[str, tuple[str, Callable[[Ask], dict[str, int]]]] = {
    "item": ("按项目", _by_item),
    "case": ("按病种", _by_case),
    "day": ("按床日", _by_day),
    "capitation": ("按人头", _capitation),
    "package": ("医联体打包", _package),
    "points": ("总额控制下的点数", _points),
    "stages": ("定额分段", _stages),
    "fee": ("签约服务费", _fee),
}
