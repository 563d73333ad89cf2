"""Every piece of text a person may see, found in the source: calls of gettext, template tags, and the tables.

Read with Python alone, so that no machine needs gettext. Texts that stand in tables (states, moves, reasons) are passed
to gettext by name and are taken from the tables themselves: `tables.py` beside this file.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parent.parent.parent
# Where the arguments of each function stand: context, text, plural.
CALLS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy"), (None, 0, None)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (None, 0, 1)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), (0, 1, None)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), (0, 1, 2)),
}
STRING = r"""u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
IN_TEMPLATE = re.compile(rf"\b(n?p?gettext|_)\({STRING}(?:,\s*{STRING})?(?:,\s*{STRING})?")


@dataclass(frozen=True)
class Word:
    """A text as gettext looks it up, and the file it stands in (relative to the project)."""

    text: str
    context: str | None = None
    plural: str | None = None
    where: str = ""

    @property
    def key(self) -> tuple[str | None, str]:
        return self.context, self.text


def words_in_source(package: Path = PACKAGE) -> Iterator[Word]:
    """Texts in modules and templates, in the order of paths and lines."""
    for path in sorted(package.rglob("*.py")):
        if "migrations" not in path.parts:
            yield from in_python(path.read_text("utf-8"), _place(path, package))
    for path in sorted(package.rglob("templates/**/*.html")):
        yield from in_template(path.read_text("utf-8"), _place(path, package))


def in_python(source: str, where: str = "") -> Iterator[Word]:
    """Literals passed to gettext and its kin; what is built at run time cannot be looked up and is not found."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    for node in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name in CALLS:
            given = [arg.value if isinstance(arg, ast.Constant) else None for arg in node.args]
            yield from _word(name, [one if isinstance(one, str) else None for one in given], where)


def in_template(source: str, where: str = "") -> Iterator[Word]:
    """`{% translate %}`, `{% blocktranslate %}` and `_("…")`, as Django itself turns them into calls."""
    for name, *strings in IN_TEMPLATE.findall(templatize(source)):
        yield from _word(name, [ast.literal_eval(one) for one in strings if one], where)


def _word(name: str, given: list[str | None], where: str) -> Iterator[Word]:
    context, text, plural = (
        given[place] if place is not None and place < len(given) else None for place in CALLS[name]
    )
    if text:
        yield Word(text, context, plural, where)


def _place(path: Path, package: Path) -> str:
    return path.relative_to(package.parent).as_posix()
