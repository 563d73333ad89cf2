"""Is a city's policy whole and does it do what it means: what it leaves unsaid, what its cases come to."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fenji.kernel.payment.policy_keys import WrongValue
from fenji.rulebook.case_running import run
from fenji.rulebook.cases import failures as catalogue_failures
from fenji.rulebook.errors import NotInRulebook
from fenji.rulebook.keys import KEYS
from fenji.rulebook.payment import payment_policy
from fenji.rulebook.provider_cases import read_provider_cases
from fenji.rulebook.rulebook import Rulebook
from fenji.rulebook.worked_cases import read_worked_cases


@dataclass(frozen=True)
class Checked:
    """What was looked at, how much of it, and what is wrong, in Chinese."""

    what: str
    count: int
    faults: tuple[str, ...]


def check(rulebook: Rulebook, folder: Path, on: date) -> Iterator[Checked]:
    """Everything that can be said of a policy without bills. `on` is the day on which it must be whole."""
    gaps = tuple(gaps_of(rulebook, on))
    yield Checked("各项自生效起每一天都有值", len(KEYS), gaps)
    if gaps:
        return
    yield Checked("医保待遇各表成立", len(turning_days(rulebook)), tuple(wrong_tables(rulebook)))
    yield Checked(
        "转诊指导目录的用例", len(rulebook.catalogue(on).criteria), tuple(catalogue_failures(rulebook, folder, on))
    )
    cases = list(read_worked_cases(folder))
    failed = tuple(failure for case in cases if (failure := run(case, rulebook).failure))
    yield Checked("手算的算例", len(cases), failed)
    if paid := list(read_provider_cases(folder)):
        wrong = tuple(failure for case in paid if (failure := case.failure(rulebook)))
        yield Checked("付给机构的算例", len(paid), wrong)


def turning_days(rulebook: Rulebook) -> list[date]:
    """Every day on which something begins to hold, earliest first; from the first on a policy is in force."""
    return sorted({dated.valid_from for rows in rulebook.values.values() for dated in rows})


def gaps_of(rulebook: Rulebook, on: date) -> Iterator[str]:
    """The keys that never have a value, or lack one on some day after they began: the first such day of each."""
    ends = {dated.valid_until for rows in rulebook.values.values() for dated in rows if dated.valid_until}
    days = sorted({*turning_days(rulebook), *ends, on})
    for key, rule in KEYS.items():
        rows = rulebook.values.get(key, ())
        begins = min((row.valid_from for row in rows), default=days[0])
        silent = [day for day in days if day >= min(begins, on) and not any(row.covers(day) for row in rows)]
        if silent:
            yield f"{rule.name}（{key}）自 {silent[0]} 起没有值：补上一条，或改前一条的 until"


def wrong_tables(rulebook: Rulebook) -> Iterator[str]:
    for day in turning_days(rulebook):
        try:
            payment_policy(rulebook, day)
        except (WrongValue, NotInRulebook) as error:
            yield f"{day}：{error}"
