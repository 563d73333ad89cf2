"""Reads a city's policy files and catalogue into a rulebook, refusing anything that is unfounded or unclear.

A policy file holds tables of dated values: `[[deadlines.review]]` with `from`, `until` (optional), `value`, `source`,
`clause` and `status`; the path of a table is the value's key. `sources.toml` names the documents. A city rests on its
province and the nation (`packs`): their rows hold where the city says nothing (`overlay`).
"""

import difflib
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from fenji.rulebook.catalogue import read_catalogue
from fenji.rulebook.errors import RulebookError
from fenji.rulebook.keys import KEYS
from fenji.rulebook.overlay import Values, lay_over
from fenji.rulebook.packs import CITIES, layers_of
from fenji.rulebook.provenance import check_provenance, dates_of
from fenji.rulebook.rulebook import Rulebook
from fenji.rulebook.sources import read_sources
from fenji.rulebook.toml_file import TomlFile
from fenji.rulebook.version import FORMAT, canonical

__all__ = ["CITIES", "load_rulebook", "read_rulebook"]
FIELDS = {"from", "until", "value", "source", "clause", "status"}


@cache
def load_rulebook(city: str) -> Rulebook:
    """The rulebook of a city in the package, read once per process. Raises RulebookError, every line named."""
    return read_rulebook(CITIES / city)


def read_rulebook(folder: Path, packs: Path = CITIES) -> Rulebook:
    """The rulebook of the city in `folder`, over the packs it rests on. Raises RulebookError at the first fault."""
    values: Values = {}
    sources: dict[str, Any] = {}
    layers = layers_of(folder, packs)
    for pack, place in layers:
        sources = read_sources(place / "policy" / "sources.toml", sources)
        values = lay_over(values, _read_values(place, sources, pack.code))
    content = {
        "format": FORMAT,
        "city": folder.name,
        "layers": [{"code": pack.code, "name": pack.name, "name_en": pack.name_en} for pack, _ in layers],
        "sources": sources,
        "values": values,
    }
    return Rulebook(canonical(content | read_catalogue(folder / "catalogue", set(sources))))


def _read_values(folder: Path, sources: dict[str, Any], layer: str) -> Values:
    """What the files of one pack say themselves, each row marked with the pack's code."""
    files = sorted((folder / "policy").glob("*.toml"))
    if not files:
        raise RulebookError("没有政策文件", expected="policy/*.toml", remedy="检查城市代码，或补上文件", file=folder)
    values: Values = {}
    for file in files:
        if file.name == "sources.toml":
            continue
        for key, rows in PolicyFile(file, set(sources)).read():
            if key in values:
                raise RulebookError(
                    "同一项写在两个文件里", expected="一项只在一个文件", remedy="合并到一处", file=file, key=key
                )
            values[key] = [{**row, "layer": layer} for row in rows]
    return values


class PolicyFile(TomlFile):
    """One file of dated values."""

    def __init__(self, file: Path, sources: set[str]) -> None:
        super().__init__(file)
        self.sources = sources

    def read(self) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Key and its rows in order of date, as plain JSON. Raises RulebookError."""
        for key, rows in self._series("", self.data):
            if key not in KEYS:
                near = difflib.get_close_matches(key, KEYS, n=1)
                remedy = f"是否指 {near[0]}" if near else "查 docs/reference/policy.md 所列各项"
                raise self.error("没有这一项", table=key, expected="规则册认识的项", remedy=remedy)
            yield key, self._in_order(key, [self._row(key, number, row) for number, row in enumerate(rows)])

    def _series(self, path: str, node: Any) -> Iterator[tuple[str, list[Any]]]:
        """Every array of tables in the file, whatever depth it stands at."""
        if isinstance(node, list) and node and all(isinstance(row, dict) for row in node):
            yield path, node
        elif isinstance(node, dict):
            for name, child in node.items():
                yield from self._series(f"{path}.{name}" if path else name, child)
        else:
            table, _, field = path.rpartition(".")
            raise self.error(
                "值没有写成带日期的表",
                table=table,
                field=field,
                expected=f"[[{table or path}]] 下写 from、value、source、clause、status",
                remedy="单中括号改为双中括号",
            )

    def _row(self, key: str, number: int, row: dict[str, Any]) -> dict[str, Any]:
        def wrong(problem: str, field: str, expected: str, remedy: str) -> RulebookError:
            return self.error(problem, table=key, number=number, field=field, expected=expected, remedy=remedy)

        for field in sorted(set(row) - FIELDS):
            raise wrong(f"不认识的字段 {field}", field, "、".join(sorted(FIELDS)), "删去或改名")
        shape = KEYS[key].shape
        if "value" not in row:
            raise wrong("缺少 value", "value", shape.expected, "补上")
        if fault := shape.fault(row["value"]):
            where = f"（{fault.where}）" if fault.where else ""
            raise wrong(f"值的形式不对{where}", "value", fault.expected, "按所示形式改写")
        return {"value": row["value"], **dates_of(row, wrong), **check_provenance(row, self.sources, wrong)}

    def _in_order(self, key: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        rows = sorted(rows, key=lambda row: str(row["from"]))
        for earlier, later in pairwise(rows):
            if not earlier["until"] or later["from"] < earlier["until"]:
                raise self.error(
                    f"{earlier['from']} 起与 {later['from']} 起的两个值重叠",
                    table=key,
                    expected="同一天只有一个值",
                    remedy=f"给较早的一条写 until = {later['from']}",
                )
        return rows
