"""Reads a city's policy files into a rulebook, refusing anything that is unfounded or unclear.

A file holds tables of dated values: `[[deadlines.review]]` with `from`, `until` (optional), `value`, `source`,
`clause` and `status`; `sources.toml` names the documents. The path of a table is the value's key.
"""

import difflib
import itertools
import tomllib
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from fenji.kernel.tiers import Basis
from fenji.rulebook.errors import RulebookError
from fenji.rulebook.rulebook import Rulebook
from fenji.rulebook.schema import ASSUMPTION, KEYS
from fenji.rulebook.toml_lines import line_numbers
from fenji.rulebook.version import canonical

CITIES = Path(__file__).resolve().parent.parent / "cities"
FIELDS = {"from", "until", "value", "source", "clause", "status"}


@cache
def load_rulebook(city: str) -> Rulebook:
    """The rulebook of a city in the package, read once per process. Raises RulebookError, every line named."""
    return read_rulebook(CITIES / city)


def read_rulebook(folder: Path) -> Rulebook:
    """The rulebook in `folder`/policy. Raises RulebookError at the first thing that is wrong."""
    files = sorted((folder / "policy").glob("*.toml"))
    if not files:
        raise RulebookError(
            "没有政策文件", expected="policy/*.toml", remedy="检查城市代码，或补上政策文件", file=folder
        )
    sources = _read_sources(folder / "policy" / "sources.toml")
    values: dict[str, list[dict[str, Any]]] = {}
    for file in files:
        if file.name != "sources.toml":
            for key, rows in PolicyFile(file).read(set(sources)):
                if key in values:
                    raise RulebookError(
                        "同一项写在两个文件里", expected="一项只在一个文件", remedy="合并到一处", file=file, key=key
                    )
                values[key] = rows
    return Rulebook(canonical({"format": 1, "city": folder.name, "sources": sources, "values": values}))


class TomlFile:
    """A parsed file that can still say on which line a thing stands."""

    def __init__(self, file: Path) -> None:
        self.file = file
        text = file.read_text(encoding="utf-8")
        try:
            self.data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise RulebookError(
                f"不是合法的 TOML：{error}", expected="TOML 文本", remedy="按所指行列改正引号、括号或等号", file=file
            ) from None
        self.lines = line_numbers(text)

    def error(
        self, problem: str, *, table: str, number: int = 0, field: str = "", expected: str, remedy: str
    ) -> RulebookError:
        line = self.lines.get((table, number, field)) or self.lines.get((table, number, "")) or 0
        key = f"{table}.{field}" if field else table
        return RulebookError(problem, expected=expected, remedy=remedy, file=self.file, line=line, key=key)


class PolicyFile(TomlFile):
    """One file of dated values."""

    def read(self, sources: set[str]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Key and its rows in order of date, as plain JSON. Raises RulebookError."""
        for key, rows in self._series("", self.data):
            if key not in KEYS:
                near = difflib.get_close_matches(key, KEYS, n=1)
                remedy = f"是否指 {near[0]}" if near else "查 docs/reference/policy.md 所列各项"
                raise self.error("没有这一项", table=key, expected="规则册认识的项", remedy=remedy)
            dated = [self._row(key, number, row, sources) for number, row in enumerate(rows)]
            yield key, self._in_order(key, dated)

    def _series(self, path: str, node: Any) -> Iterator[tuple[str, list[Any]]]:
        if isinstance(node, list):
            yield path, node
        elif isinstance(node, dict):
            for name, child in node.items():
                yield from self._series(f"{path}.{name}" if path else name, child)
        else:
            table = path.rpartition(".")[0]
            raise self.error(
                "值没有写成带日期的表",
                table=table,
                field=path.rpartition(".")[2],
                expected=f"[[{table or path}]] 下写 from、value、source、clause、status",
                remedy="单中括号改为双中括号",
            )

    def _row(self, key: str, number: int, row: Any, sources: set[str]) -> dict[str, Any]:
        def wrong(problem: str, field: str, expected: str, remedy: str) -> RulebookError:
            return self.error(problem, table=key, number=number, field=field, expected=expected, remedy=remedy)

        if not isinstance(row, dict):
            raise wrong("值没有写成表", "", f"[[{key}]] 表", "改写成带 from、value、source 的表")
        for field in sorted(set(row) - FIELDS):
            raise wrong(f"不认识的字段 {field}", field, "、".join(sorted(FIELDS)), "删去或改名")
        if type(row.get("from")) is not date:
            raise wrong("缺少生效日期", "from", "日期，如 2017-01-01", "补上 from")
        if "until" in row and (type(row["until"]) is not date or row["until"] <= row["from"]):
            raise wrong("失效日期不对", "until", "晚于 from 的日期", "改正 until，或删去表示长期有效")
        if "value" not in row or not KEYS[key].shape.fits(row["value"]):
            raise wrong(
                "值的形式不对" if "value" in row else "缺少 value", "value", KEYS[key].shape.expected, "按所示形式改写"
            )
        return {
            "from": row["from"].isoformat(),
            "until": row["until"].isoformat() if "until" in row else "",
            "value": row["value"],
            "clause": str(row.get("clause", "")),
            **check_provenance(self, row, sources, table=key, number=number),
        }

    def _in_order(self, key: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        rows = sorted(rows, key=lambda row: str(row["from"]))
        for earlier, later in itertools.pairwise(rows):
            if not earlier["until"] or later["from"] < earlier["until"]:
                raise self.error(
                    f"{earlier['from']} 起与 {later['from']} 起的两个值重叠",
                    table=key,
                    expected="同一天只有一个值",
                    remedy=f"给较早的一条写 until = {later['from']}",
                )
        return rows


def check_provenance(
    file: TomlFile, row: dict[str, Any], sources: set[str], *, table: str, number: int
) -> dict[str, str]:
    """Source and status of a value or criterion. Without a source nothing loads; an assumption gives its reason."""

    def wrong(problem: str, field: str, expected: str, remedy: str) -> RulebookError:
        return file.error(problem, table=table, number=number, field=field, expected=expected, remedy=remedy)

    source, status = row.get("source", ""), row.get("status", "")
    if not isinstance(source, str) or not source.strip():
        raise wrong(
            "缺少来源", "source", "sources.toml 里的编号，或 “assumption: 理由”", "写明出处；没有出处就写明假设的理由"
        )
    if status not in {basis.value for basis in Basis}:
        raise wrong(
            "状态不对",
            "status",
            "stated、unverified、assumed 之一",
            "出处写明的用 stated，出处未核对的用 unverified，假设用 assumed",
        )
    is_assumption = source.startswith(ASSUMPTION)
    if is_assumption != (status == Basis.ASSUMED):
        raise wrong("来源与状态不符", "status", "来源为 “assumption: …” 时且仅此时为 assumed", "二者改成一致")
    if is_assumption and not source.removeprefix(ASSUMPTION).strip():
        raise wrong("假设没有理由", "source", "“assumption: 理由”", "写明为什么这样假设")
    if not is_assumption and source not in sources:
        raise wrong(
            f"没有编号为 {source} 的来源",
            "source",
            "、".join(sorted(sources)) or "sources.toml 里的编号",
            "在 sources.toml 登记这份文件",
        )
    if status == Basis.STATED and not str(row.get("clause", "")).strip():
        raise wrong("缺少条款", "clause", "出处里的条款号", "写明是哪一条")
    return {"source": source, "status": status}


def _read_sources(file: Path) -> dict[str, dict[str, str]]:
    if not file.exists():
        return {}
    parsed = TomlFile(file)
    for id_, source in parsed.data.items():
        if not isinstance(source, dict) or not source.get("title") or set(source) - {"title", "note"}:
            raise parsed.error("来源写得不全", table=id_, expected="title（必有）和 note", remedy="补上文件名称")
    return parsed.data
