"""Worked cases: bills of a person's year with what everyone pays, computed by hand by a policy officer.

They stand in `fenji/cities/<city>/cases/*.toml`, amounts in yuan. A case gives the person, what the year had seen
`before`, and one or more bills in order; each bill says what it should come to. `by_hand` is the arithmetic, step by
step. A bill either states its referral `state`, or the `facts` from which it is to be resolved.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum
from pathlib import Path
from typing import Any

from fenji.kernel.payment.bill import Bill
from fenji.kernel.payment.codes import Group, PayTier, ReferralState, Scheme, Setting
from fenji.kernel.payment.person import PersonYear
from fenji.kernel.payment.referral_state import FactKind, ReferralFact, Visit
from fenji.kernel.referral import Direction
from fenji.kernel.working_time import CHINA
from fenji.rulebook.toml_file import TomlFile

CASE = {"name", "scheme", "group", "contract", "before", "bill", "by_hand"}
BEFORE = {"stays", "deductible", "fund", "burden", "catastrophic", "hardship", "assistance"}
AMOUNTS = ("a", "b_drug", "b_service", "b_material", "b_items", "b_items_own", "c", "over_ceiling", "drug")
PAYERS = ("fund", "catastrophic", "assistance", "care", "self")
BILL = {"on", "setting", "tier", "state", "chain", "care_days", "comes_to", "admitted", "facts", "in_region", *AMOUNTS}
COMES_TO = {*PAYERS, "deductible", "ratio", "state", "flags"}
FACT = {"kind", "issued", "until", "withdrawn", "direction", "from", "to"}


@dataclass(frozen=True)
class WorkedBill:
    """`comes_to` by payer in 分, with `deductible` in 分 and `ratio` in permille where the case says them."""

    on: date
    bill: Bill  # the state is that of the case, or to be resolved from `facts`
    chain: str
    visit: Visit | None
    facts: tuple[ReferralFact, ...]
    comes_to: Mapping[str, int]
    state: ReferralState | None  # expected of `facts`
    flags: frozenset[str] | None  # expected; None: the case says nothing of them


@dataclass(frozen=True)
class WorkedCase:
    city: str
    name: str
    by_hand: str
    opening: PersonYear
    bills: tuple[WorkedBill, ...]


def read_worked_cases(folder: Path) -> Iterator[WorkedCase]:
    """The cases of the city in `folder`. Raises RulebookError on one that is not complete, with its line."""
    for file in sorted((folder / "cases").glob("*.toml")):
        yield from CaseFile(file, folder.name).read()


class CaseFile(TomlFile):
    """One file of cases; amounts are read as decimals, so that no cent is lost."""

    def __init__(self, file: Path, city: str) -> None:
        super().__init__(file, parse_float=Decimal)
        self.city = city

    def read(self) -> Iterator[WorkedCase]:
        for number, row in enumerate(self.data.get("case", [])):
            try:
                yield self._case(row)
            except (KeyError, ValueError, TypeError, AttributeError) as error:
                raise self.error(
                    f"用例“{row.get('name', '?')}”写得不对：{error}",
                    table="case",
                    number=number,
                    expected="、".join(sorted(CASE)) + "；账单 " + "、".join(sorted(BILL)),
                    remedy="对照同一文件里的其他用例补全或改正",
                ) from None

    def _case(self, row: dict[str, Any]) -> WorkedCase:
        _known(row, CASE)
        if not row["by_hand"].strip() or not row["bill"]:
            raise ValueError("没有写手算步骤或账单")
        person = (_word(Scheme, row["scheme"]), row.get("contract", False), _word(Group, row.get("group", "general")))
        return WorkedCase(
            self.city,
            row["name"],
            row["by_hand"].strip(),
            _before(row.get("before", {})),
            tuple(_bill(bill, *person) for bill in row["bill"]),
        )


def cents(yuan: Any) -> int:
    """Yuan with at most two decimals as 分. Raises ValueError."""
    if isinstance(yuan, bool) or not isinstance(yuan, int | Decimal):
        raise ValueError(f"{yuan!r} 不是以元计的金额")
    exact = Decimal(yuan) * 100
    if exact != int(exact):
        raise ValueError(f"{yuan} 元不合整分")
    return int(exact)


def _before(row: dict[str, Any]) -> PersonYear:
    _known(row, BEFORE)
    return PersonYear(
        row.get("stays", 0),
        _by_setting(row.get("deductible", {})),
        _by_setting(row.get("fund", {})),
        *(cents(row.get(name, 0)) for name in ("burden", "catastrophic", "hardship", "assistance")),
    )


def _by_setting(row: dict[str, Any]) -> tuple[int, int, int, int, int]:
    _known(row, {setting.name.lower() for setting in Setting})
    first, second, third, fourth, fifth = (cents(row.get(setting.name.lower(), 0)) for setting in Setting)
    return first, second, third, fourth, fifth


def _bill(row: dict[str, Any], scheme: int, contract: bool, group: int) -> WorkedBill:
    _known(row, BILL)
    setting, tier = Setting(_word(Setting, row["setting"])), PayTier(_word(PayTier, row["tier"]))
    amounts = {f"{name}_cents": cents(row.get(name, 0)) for name in AMOUNTS}
    state = _word(ReferralState, row["state"]) if "state" in row else 0
    if ("state" in row) == ("admitted" in row):
        raise ValueError("转诊状态 state 与入院时间 admitted 写且只写一项")
    expected = row["comes_to"]
    _known(expected, COMES_TO)
    visit = (
        Visit("", tier, setting, _moment(row["admitted"]), row.get("in_region", True)) if "admitted" in row else None
    )
    return WorkedBill(
        row["on"],
        Bill(scheme, setting, tier, state, int(contract), group, care_days=row.get("care_days", 0), **amounts),
        row.get("chain", ""),
        visit,
        tuple(_fact(str(number), fact) for number, fact in enumerate(row.get("facts", []), start=1)),
        _comes_to(expected),
        ReferralState(_word(ReferralState, expected["state"])) if "state" in expected else None,
        frozenset(expected["flags"]) if "flags" in expected else None,
    )


def _comes_to(row: dict[str, Any]) -> dict[str, int]:
    """What everyone pays: a payer that is not named pays nothing."""
    found = {payer: cents(row.get(payer, 0)) for payer in PAYERS}
    if "deductible" in row:
        found["deductible"] = cents(row["deductible"])
    if "ratio" in row:
        found["ratio"] = cents(row["ratio"]) // 10
    return found


def _fact(id_: str, row: dict[str, Any]) -> ReferralFact:
    _known(row, FACT)
    return ReferralFact(
        id_,
        FactKind(row["kind"]),
        _moment(row["issued"]),
        _moment(row["until"]) if "until" in row else None,
        row.get("withdrawn", False),
        Direction(row.get("direction", "up")),
        PayTier(_word(PayTier, row.get("from", "community"))),
        PayTier(_word(PayTier, row.get("to", "secondary"))),
    )


def _moment(value: Any) -> datetime:
    """A local date and time; a date alone is its midnight."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=CHINA)
    return datetime(value.year, value.month, value.day, tzinfo=CHINA)


def _word(axis: type[IntEnum], word: str) -> int:
    names = {member.name.lower(): int(member) for member in axis}
    if word not in names:
        raise ValueError(f"不认识 {word}，应为 {'、'.join(names)}")
    return names[word]


def _known(row: dict[str, Any], fields: set[str]) -> None:
    if unknown := set(row) - fields:
        raise ValueError(f"不认识的字段 {'、'.join(sorted(unknown))}")
