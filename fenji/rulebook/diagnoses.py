"""Diagnoses (ICD-10): find one by Chinese, code, pinyin, initials or English, and the 诊疗科目 it usually belongs to.

The table shipped here is ours: common three- and four-character codes of WHO ICD-10. A city loads its own official
table (国家临床版, 医保版) in its place with `read_official`.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fenji.kernel.criteria import in_range
from fenji.kernel.pinyin import syllables
from fenji.rulebook.errors import RulebookError
from fenji.rulebook.search import Column, ranked
from fenji.rulebook.tables import rows_of

TABLES = Path(__file__).resolve().parent.parent / "cities" / "diagnoses"
CODE = re.compile(r"^[A-Z]\d\d[0-9A-Zx.+*†/]*$", re.IGNORECASE)
CODE_BEGINS = re.compile(r"^[a-z]\d")
HAN = re.compile(r"[\u4e00-\u9fff]")
NOT_LETTER = re.compile(r"[^0-9a-z]+")
HEADINGS = {
    "code": ("code", "编码", "代码", "疾病编码", "诊断编码", "诊断代码", "疾病代码", "医保版疾病代码"),
    "name": ("name", "名称", "疾病名称", "诊断名称", "医保版疾病名称"),
    "name_en": ("name_en", "英文名称"),
    "aliases": ("aliases", "别名"),
}
READINGS = {"卒中": "cu zhong", "血": "xue"}  # where the dictionary of readings differs from what people type


@dataclass(frozen=True)
class Diagnosis:
    code: str
    name: str
    name_en: str
    specialty: str  # 诊疗科目 it usually belongs to
    aliases: tuple[str, ...] = ()  # what people say and write instead: 冠心病, 慢阻肺


class DiagnosisTable:
    """All diagnoses of a city, with their readings computed once."""

    def __init__(self, diagnoses: Iterable[Diagnosis]) -> None:
        self.all = tuple(diagnoses)
        self.by_code = {diagnosis.code.upper(): diagnosis for diagnosis in self.all}
        texts = [(number, text) for number, one in enumerate(self.all) for text in (one.name, *one.aliases)]
        readings = [(number, _reading(text)) for number, text in texts]
        self._codes = Column((number, one.code.upper()) for number, one in enumerate(self.all))
        self._names = Column((number, text.replace(" ", "").lower()) for number, text in texts)
        self._pinyin = Column((number, "".join(syllables)) for number, syllables in readings)
        self._initials = Column((number, "".join(map(_initial, syllables))) for number, syllables in readings)
        self._english = Column((number, one.name_en.lower()) for number, one in enumerate(self.all))

    def get(self, code: str) -> Diagnosis | None:
        """The diagnosis with this code, else with the longest code that it refines (I10.x00 under I10)."""
        code = code.strip().upper()
        for length in range(len(code), 2, -1):
            if found := self.by_code.get(code[:length].rstrip(".")):
                return found
        return None

    def search(self, query: str, limit: int = 20) -> list[Diagnosis]:
        """Best first: what equals the query, begins with it, contains it; then the shorter name, then the code."""
        query = query.strip().lower()
        if not query:
            return []
        ranks = self._by_chinese(query, limit) if HAN.search(query) else self._by_letters(query, limit)
        order = sorted(ranks, key=lambda number: (ranks[number], len(self.all[number].name), self.all[number].code))
        return [self.all[number] for number in order[:limit]]

    def _by_chinese(self, query: str, limit: int) -> dict[int, int]:
        """Every word of the query in the name or in what people call it."""
        first, *others = query.split()
        ranks = ranked((self._names,), first, enough=len(self.all) if others else limit)
        for word in others:
            also = ranked((self._names,), word, enough=len(self.all))
            ranks = {number: max(rank, also[number]) for number, rank in ranks.items() if number in also}
        return ranks

    def _by_letters(self, query: str, limit: int) -> dict[int, int]:
        """By code, if anything begins so; else by initials and pinyin, then by English."""
        if CODE_BEGINS.match(query):
            by_code = ranked((self._codes,), query.upper(), enough=0)
            if by_code:
                return by_code
        letters = NOT_LETTER.sub("", query)
        ranks = ranked((self._initials, self._pinyin), letters, enough=limit) if letters else {}
        if len(letters) > 2:
            for number, rank in ranked((self._english,), query, enough=limit).items():
                ranks.setdefault(number, rank + 10)
        return ranks


@cache
def load_diagnoses() -> DiagnosisTable:
    """The table shipped with Fenji, read once per process."""
    return table_from_rows(rows_of(TABLES / "icd10.csv"))


def read_official(file: Path) -> DiagnosisTable:
    """A city's own table from a csv or xlsx file. Raises RulebookError listing the bad rows; nothing is half-loaded."""
    return table_from_rows(rows_of(file), file)


def table_from_rows(rows: Iterable[Sequence[str]], file: Path | None = None) -> DiagnosisTable:
    """A table from rows of text, the first being headings (code and name; English and aliases if there are any)."""
    rows = iter(rows)
    headings = [str(heading).strip().lower() for heading in next(rows, ())]
    columns = {field: _column(headings, names) for field, names in HEADINGS.items()}
    if columns["code"] is None or columns["name"] is None:
        raise RulebookError("表头不认识", expected="编码和名称两列", remedy="第一行写明“编码”“名称”", file=file, line=1)
    problems: list[str] = []
    found: dict[str, Diagnosis] = {}
    for line, row in enumerate(rows, start=2):
        code, name, name_en, aliases = (_cell(row, columns[field]) for field in HEADINGS)
        problem = _problem(code, name, found)
        if problem:
            problems.append(f"第 {line} 行：{problem}")
        elif code:
            found[code] = Diagnosis(code, name, name_en, specialty_of(code), tuple(aliases.split()))
    if problems:
        shown = "；".join(problems[:20]) + (f"；另有 {len(problems) - 20} 行" if len(problems) > 20 else "")
        raise RulebookError(shown, expected="每行一个不重复的 ICD-10 编码和名称", remedy="改正后重新导入", file=file)
    return DiagnosisTable(found.values())


def specialty_of(code: str, *, is_child: bool = False) -> str:
    """The 诊疗科目 a diagnosis usually belongs to: the last range that holds it; a child's medicine is 07 儿科."""
    specialty = next((specialty for codes, specialty in reversed(_ranges()) if in_range(code.upper(), codes)), "02")
    return "07" if is_child and specialty.startswith(("02", "03")) else specialty


@cache
def _ranges() -> tuple[tuple[str, str], ...]:
    with (TABLES / "specialties.csv").open(encoding="utf-8", newline="") as file:
        return tuple((row["codes"], row["specialty"]) for row in csv.DictReader(file))


def _problem(code: str, name: str, found: dict[str, Diagnosis]) -> str:
    if not code and not name:
        return ""
    if not CODE.match(code):
        return f"编码 {code!r} 不像 ICD-10"
    if not name:
        return f"{code} 没有名称"
    return f"{code} 重复" if code in found else ""


def _column(headings: list[str], names: tuple[str, ...]) -> int | None:
    return next((headings.index(name) for name in names if name in headings), None)


def _cell(row: Sequence[str], column: int | None) -> str:
    return str(row[column]).strip() if column is not None and column < len(row) else ""


def _reading(name: str) -> list[str]:
    """Syllables without tones; Latin letters and figures as they are; brackets and blanks dropped."""
    for word, reading in READINGS.items():
        name = name.replace(word, f" {reading} ")
    pieces = (piece for chunk in syllables(name) for piece in chunk.lower().split())
    return [letters for piece in pieces if (letters := NOT_LETTER.sub("", piece))]


def _initial(syllable: str) -> str:
    """The first letter of a syllable; a figure whole."""
    return syllable if syllable[0].isdigit() else syllable[0]
