"""Which line of a TOML file a key stands on: `tomllib` reads values but forgets where they were."""

import re

Place = tuple[str, int]  # table path, its number among `[[path]]` tables of that path (0 for `[path]`)

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"^\s*([A-Za-z0-9_\-.\"' ]+?)\s*=")


def line_numbers(text: str) -> dict[tuple[str, int, str], int]:
    """Line (from 1) of every table header (key "") and of every key's first word within its table."""
    found: dict[tuple[str, int, str], int] = {}
    counts: dict[str, int] = {}
    path, number, inside = "", 0, ""
    for line, content in enumerate(text.splitlines(), start=1):
        if inside:
            inside = "" if inside in content else inside
            continue
        if header := _HEADER.match(content):
            path = header[2].replace(" ", "").replace('"', "")
            number = counts.get(path, 0) if header[1] == "[[" else 0
            counts[path] = number + 1
            found[(path, number, "")] = line
        elif key := _KEY.match(content):
            found.setdefault((path, number, key[1].split(".")[0].strip("\"' ")), line)
            inside = _opened_quote(content)
    return found


def _opened_quote(content: str) -> str:
    """The triple quote that this line opens and does not close."""
    for quote in ('"""', "'''"):
        if content.count(quote) % 2:
            return quote
    return ""
