"""The documents a policy rests on, and whom a document makes responsible for each of its clauses.

In the plan each clause ends with “某局负责，某局参与”; the first department named leads (Y 二(一)).
That text is kept as it stands, by the clause's number; who leads is read from it.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fenji.rulebook.errors import RulebookError
from fenji.rulebook.schema import Source
from fenji.rulebook.toml_file import TomlFile

FIELDS = {"title", "note", "responsible"}
_SENTENCE = re.compile(r"^(?P<leads>[^。]+?)(?:分别)?负责(?:，(?P<others>.+?)参与)?$")
_SPLIT = re.compile(r"[、，]")


@dataclass(frozen=True)
class Responsible:
    """Who sees to a clause: `lead` comes first, `others` take part; `text` is the document's own sentence."""

    clause: str
    lead: str
    others: tuple[str, ...]
    text: str


def read_sources(file: Path, below: dict[str, Any]) -> dict[str, Any]:
    """The sources of `below` and those of a file, by id. Raises RulebookError."""
    if not file.exists():
        return dict(below)
    parsed = TomlFile(file)
    for id_, source in parsed.data.items():
        if id_ in below and below[id_] != source:
            raise parsed.error(
                f"编号 {id_} 在上级资料包里已指另一份文件", table=id_, expected="没有用过的编号", remedy="换一个编号"
            )
        _check(parsed, id_, source)
    return {**below, **parsed.data}


def responsible_for(source: Source, clause: str) -> tuple[Responsible, ...]:
    """Who sees to the clauses named at the head of each part of a clause's text, such as “二(七)1：…；二(七)4：…”."""
    found: list[Responsible] = []
    for part in re.split(r"[；、]", clause.removeprefix(f"{source.id} ")):
        number = _longest(source, part.strip().removeprefix(f"{source.id} "))
        if number and number not in {one.clause for one in found}:
            found.append(_read(number, source.responsible[number]))
    return tuple(found)


def _longest(source: Source, text: str) -> str:
    """The clause with a department that `text` begins with; of 二(七) and 二(七)1 the longer."""
    return max((number for number in source.responsible if text.startswith(number)), key=len, default="")


def _read(clause: str, text: str) -> Responsible:
    match = _SENTENCE.match(text)
    if match is None:
        raise ValueError(text)
    leads, others = _SPLIT.split(match["leads"]), _SPLIT.split(match["others"] or "")
    return Responsible(clause, leads[0], tuple(one for one in (*leads[1:], *others) if one), text)


def _check(parsed: TomlFile, id_: str, source: Any) -> None:
    if not isinstance(source, dict) or not source.get("title") or set(source) - FIELDS:
        raise parsed.error(
            "来源写得不全", table=id_, expected="title（必有）、note、responsible", remedy="补上文件名称"
        )
    named = source.get("responsible", {})
    if not isinstance(named, dict):
        raise _wrong_responsible(parsed, id_, "")
    for clause, text in named.items():
        if not isinstance(text, str) or not _SENTENCE.match(text):
            raise _wrong_responsible(parsed, id_, clause)


def _wrong_responsible(parsed: TomlFile, id_: str, clause: str) -> RulebookError:
    return parsed.error(
        f"责任部门写得不对：{clause}",
        table=f"{id_}.responsible",
        field=clause,
        expected="“某局负责，某局、某局参与”，牵头部门在前",
        remedy="照抄文件里条款末尾的括注",
    )
