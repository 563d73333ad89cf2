"""Reads a city's clinical catalogue, measures and the criteria of each disease, as plain content and as kernel rows.

A file per disease: `disease`, `name`, `name_en`, `diagnoses` and `or_if` (whom it concerns), then `[[criteria]]`.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from fenji.kernel.conditions import ConditionError, comparisons_of, parse
from fenji.kernel.criteria import Adequate, Catalogue, Criterion, Measure, MeasureKind
from fenji.kernel.referral import Direction, Urgency
from fenji.kernel.tiers import Basis, Level, Tier
from fenji.rulebook.errors import RulebookError
from fenji.rulebook.provenance import check_provenance, dates_of
from fenji.rulebook.toml_file import TomlFile

WORDS = {"code", "title", "title_en", "direction", "urgency", "specialty"}
MEASURE_FIELDS = {"name", "name_en", "kind", "unit", "unit_en", "low", "high", "choices"}
TO_FIELDS = {"tier", "level", "status", "why"}
RANGE = re.compile(r"^[A-Z]\d\d(\.\d)?(-[A-Z]\d\d(\.\d)?)?$")
Wrong = Callable[[str, str, str, str], RulebookError]


def read_catalogue(folder: Path, sources: set[str]) -> dict[str, Any]:
    """Measures and criteria of a folder as plain JSON; empty when the city has none. Raises RulebookError."""
    if not folder.is_dir():
        return {"measures": {}, "criteria": []}
    measures = _read_measures(folder / "measures.toml")
    known = {code: _measure(code, row) for code, row in measures.items()}
    criteria: dict[str, Any] = {}
    for file in sorted(folder.glob("*.toml")):
        if file.name != "measures.toml":
            for row in DiseaseFile(file, known, sources).read():
                if row["code"] in criteria:
                    raise RulebookError(
                        f"标准 {row['code']} 写了两次", expected="每条标准一个代码", remedy="改名或删去一条", file=file
                    )
                criteria[row["code"]] = row
    return {"measures": measures, "criteria": list(criteria.values())}


def build_catalogue(content: dict[str, Any], title_of: Callable[[str], str], on: date) -> Catalogue:
    """The catalogue in force on a day, from plain content."""
    day = on.isoformat()
    return Catalogue(
        measures={code: _measure(code, row) for code, row in content["measures"].items()},
        criteria=tuple(
            _criterion(row, title_of)
            for row in content["criteria"]
            if row["from"] <= day and (not row["until"] or day < row["until"])
        ),
    )


class DiseaseFile(TomlFile):
    """The criteria of one disease."""

    def __init__(self, file: Path, measures: dict[str, Measure], sources: set[str]) -> None:
        super().__init__(file)
        self.measures, self.sources = measures, sources

    def read(self) -> Iterator[dict[str, Any]]:
        head = {field: self._head(field) for field in ("disease", "name", "name_en")}
        diagnoses = self.data.get("diagnoses", [])
        if not isinstance(diagnoses, list) or not all(isinstance(r, str) and RANGE.match(r) for r in diagnoses):
            raise self.error(
                "诊断范围不对",
                table="",
                field="diagnoses",
                expected='ICD-10 编码或区间的列表，如 ["I10-I15"]',
                remedy="按 ICD-10 类目改写",
            )
        or_if = self.data.get("or_if")
        if or_if is not None:
            self._check_condition(or_if, table="", number=0, field="or_if")
        for number, row in enumerate(self.data.get("criteria", [])):
            yield head | {"diagnoses": diagnoses, "or_if": or_if} | self._row(number, row)

    def _head(self, field: str) -> str:
        if not isinstance(self.data.get(field), str):
            raise self.error(f"缺少 {field}", table="", field=field, expected="文字", remedy="在文件开头补上")
        return str(self.data[field])

    def _row(self, number: int, row: dict[str, Any]) -> dict[str, Any]:
        def wrong(problem: str, field: str, expected: str, remedy: str) -> RulebookError:
            return self.error(problem, table="criteria", number=number, field=field, expected=expected, remedy=remedy)

        for field in sorted(WORDS):
            if not isinstance(row.get(field), str):
                raise wrong(f"缺少 {field}", field, "文字", "补上")
        allowed = WORDS | {"advice", "advice_en", "when", "to", "from", "until", "source", "clause", "status"}
        for field in sorted(set(row) - allowed):
            raise wrong(f"不认识的字段 {field}", field, "、".join(sorted(allowed)), "删去或改名")
        for field, words in (("direction", list(Direction)), ("urgency", list(Urgency))):
            if row[field] not in words:
                raise wrong(f"{field} 不对", field, "、".join(words) + " 之一", "改正")
        self._check_condition(row.get("when"), table="criteria", number=number, field="when")
        return {
            **{field: row[field] for field in sorted(WORDS)},
            "advice": str(row.get("advice", "")),
            "advice_en": str(row.get("advice_en", "")),
            "when": row["when"],
            **dates_of(row, wrong),
            **check_provenance(row, self.sources, wrong),
            "to": _where_to(row, wrong),
        }

    def _check_condition(self, data: Any, *, table: str, number: int, field: str) -> None:
        def wrong(problem: str, expected: str) -> RulebookError:
            return self.error(
                problem, table=table, number=number, field=field, expected=expected, remedy="按所示改写条件"
            )

        try:
            tests = list(comparisons_of(parse(data)))
        except ConditionError as error:
            raise wrong(str(error), '如 { measure = "systolic", at_least = 180 }') from None
        for test in tests:
            if test.measure not in self.measures:
                raise wrong(f"没有指标 {test.measure}", "measures.toml 里的代码")
            measure = self.measures[test.measure]
            for bound in test.bound if isinstance(test.bound, tuple) else (test.bound,):
                if problem := measure.problem_with(bound):
                    raise wrong(f"{measure.name}的界值 {bound} 不对", problem)


def _read_measures(file: Path) -> dict[str, Any]:
    parsed = TomlFile(file)
    for code, row in parsed.data.items():
        if not isinstance(row, dict) or {"name", "name_en", "kind"} - set(row) or set(row) - MEASURE_FIELDS:
            raise parsed.error("指标写得不全", table=code, expected="name、name_en、kind", remedy="补上缺的字段")
        if row["kind"] not in list(MeasureKind):
            raise parsed.error(
                "指标类别不对", table=code, field="kind", expected="number、yes_no、choice 之一", remedy="改正"
            )
        numbers = [row.get("low"), row.get("high")]
        if row["kind"] == MeasureKind.NUMBER and not (None not in numbers and row["low"] < row["high"]):
            raise parsed.error("可信范围不对", table=code, field="low", expected="low 小于 high", remedy="补上或改正")
        if row["kind"] == MeasureKind.CHOICE and not row.get("choices"):
            raise parsed.error("没有选项", table=code, field="choices", expected="代码与名称", remedy="补上")
    return parsed.data


def _where_to(row: dict[str, Any], wrong: Wrong) -> dict[str, Any]:
    """The least that is adequate; it may be less well founded than the condition, and then says why it is assumed."""
    to = row.get("to")
    expected = '{ tier = 1 到 4, level = "secondary" 等, status = …, why = … }'
    if not isinstance(to, dict) or set(to) - TO_FIELDS or to.get("tier") not in set(Tier):
        raise wrong("去向不对", "to", expected, "写明层级和医院级别")
    if to.get("level") not in set(Level) or to.get("status", row["status"]) not in set(Basis):
        raise wrong("去向不对", "to", expected, "写明医院级别和状态")
    if to.get("status") == Basis.ASSUMED and not to.get("why"):
        raise wrong("去向是假设而没有理由", "to", "why = “理由”", "写明为什么这样假设")
    return {
        "tier": to["tier"],
        "level": to["level"],
        "status": to.get("status", row["status"]),
        "why": to.get("why", ""),
    }


def _measure(code: str, row: dict[str, Any]) -> Measure:
    return Measure(code=code, **row | {"kind": MeasureKind(row["kind"])})


def _criterion(row: dict[str, Any], title_of: Callable[[str], str]) -> Criterion:
    return Criterion(
        code=row["code"],
        disease=row["disease"],
        disease_name=row["name"],
        disease_name_en=row["name_en"],
        title=row["title"],
        title_en=row["title_en"],
        direction=Direction(row["direction"]),
        urgency=Urgency(row["urgency"]),
        when=parse(row["when"]),
        to=Adequate(Tier(row["to"]["tier"]), Level(row["to"]["level"]), Basis(row["to"]["status"]), row["to"]["why"]),
        specialty=row["specialty"],
        advice=row["advice"],
        advice_en=row["advice_en"],
        diagnoses=tuple(row["diagnoses"]),
        or_if=None if row["or_if"] is None else parse(row["or_if"]),
        source=row["source"],
        source_title=title_of(row["source"]),
        clause=row["clause"],
        status=Basis(row["status"]),
    )
