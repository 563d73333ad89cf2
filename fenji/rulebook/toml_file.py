"""A TOML file that can still say on which line a thing stands: `tomllib` reads values but forgets where they were."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fenji.rulebook.errors import RulebookError

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"^\s*([A-Za-z0-9_\-.\"' ]+?)\s*=")
Place = tuple[str, int, str]  # table path, its number among `[[path]]` tables of that path, field


class TomlFile:
    """Parsed once, read as UTF-8. Raises RulebookError on what is no TOML."""

    def __init__(self, file: Path, parse_float: Callable[[str], Any] = float) -> None:
        self.file = file
        try:
            text = file.read_text(encoding="utf-8")
            self.data = tomllib.loads(text, parse_float=parse_float)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise RulebookError(
                f"不是合法的 TOML：{error}", expected="UTF-8 的 TOML 文本", remedy="按所指行列改正", file=file
            ) from None
        self.lines = line_numbers(text)

    def error(
        self, problem: str, *, table: str, number: int = 0, field: str = "", expected: str, remedy: str
    ) -> RulebookError:
        """An error that points at a field, or at its table when the field is not written."""
        line = self.lines.get((table, number, field)) or self.lines.get((table, number, "")) or 0
        key = ".".join(filter(None, (table, field)))
        return RulebookError(problem, expected=expected, remedy=remedy, file=self.file, line=line, key=key)


def line_numbers(text: str) -> dict[Place, int]:
    """Line (from 1) of every table header (field "") and of every field in it; of a dotted field its first word."""
    found: dict[Place, int] = {}
    counts: dict[str, int] = {}
    path, number, inside = "", 0, ""
    for line, content in enumerate(text.splitlines(), start=1):
        if inside:
            inside = "" if inside in content else inside
        elif header := _HEADER.match(content):
            path = header[2].replace(" ", "").replace('"', "")
            number = counts.get(path, 0) if header[1] == "[[" else 0
            counts[path] = number + 1
            found[(path, number, "")] = line
        elif key := _KEY.match(content):
            found.setdefault((path, number, key[1].split(".")[0].strip("\"' ")), line)
            inside = next((quote for quote in ('"""', "'''") if content.count(quote) % 2), "")
    return found
