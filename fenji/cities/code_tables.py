"""Code tables that a city's data refers to, and the check characters of GB 32100 and GB 11714."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import ascii_uppercase, digits

from stdnum.cn import uscc

TABLES = Path(__file__).parent / "codes"
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True)
class Code:
    code: str
    name: str
    name_en: str


@dataclass(frozen=True)
class CodeTable:
    """One code set: its standard, and how well this edition of it is founded."""

    name: str
    name_en: str
    standard: str
    basis: str
    codes: dict[str, Code]


@cache
def code_table(name: str) -> CodeTable:
    """A table of `fenji/cities/codes`: "specialties" (诊疗科目) or "ws218" (classes of institution)."""
    content = tomllib.loads((TABLES / f"{name}.toml").read_text("utf-8"))
    codes = {code: Code(code, **names) for code, names in content.pop("codes").items()}
    return CodeTable(codes=codes, **content)


def organisation_check(body: str) -> str:
    """Check character of the eight characters of an organisation code (GB 11714)."""
    values = (digits + ascii_uppercase).index
    rest = 11 - sum(values(char) * weight for char, weight in zip(body, ORGANISATION_WEIGHTS, strict=True)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def uscc_problem(number: str, region: str) -> str:
    """What is wrong with a unified social credit code registered in `region` (six digits); empty if nothing."""
    if not uscc.is_valid(number) or number != uscc.compact(number):
        return "is no valid unified social credit code (GB 32100)"
    if number[16] != organisation_check(number[8:16]):
        return "holds an organisation code with a wrong check character (GB 11714)"
    if number[2:8] != region:
        return f"is registered in {number[2:8]}, not in {region}"
    return ""
