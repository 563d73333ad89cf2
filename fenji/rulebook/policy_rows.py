"""A dated value as a row for a person: its name, the value in words, since when, on what ground, how sure."""

from typing import Any

from fenji.kernel.explanation import STATUSES
from fenji.rulebook.keys import KEYS
from fenji.rulebook.rulebook import Rulebook
from fenji.rulebook.schema import DatedValue


def value_words(dated: DatedValue | None, *, english: bool = False) -> str:
    """The value in words; a dash where there is none."""
    return "—" if dated is None else KEYS[dated.key].shape.words(dated.value, english)


def span_words(dated: DatedValue) -> str:
    """2017-01-01 – 2020-01-01, the second the first day no longer in force; left out while open."""
    return f"{dated.valid_from} – {dated.valid_until or ''}".strip()


def ground_words(rulebook: Rulebook, dated: DatedValue) -> str:
    """The document or the reason of an assumption, the clause, and who sees to it."""
    words = f"{rulebook.title_of(dated.source)} {dated.clause}".strip()
    responsible = dict.fromkeys(one.text for one in rulebook.responsible(dated))
    return words + (f"（{'；'.join(responsible)}）" if responsible else "")


def lines_of(rulebook: Rulebook, dated: DatedValue) -> tuple[str, str]:
    """What it says; and since when, which pack says so, how sure that is, on what ground."""
    layer, status = rulebook.layers[dated.layer][0], STATUSES["zh"][dated.status]
    said = f"{KEYS[dated.key].name}：{value_words(dated)}  [{dated.key}]"
    return said, f"    自 {span_words(dated)}，{layer}，{status}；{ground_words(rulebook, dated)}"


def as_plain(rulebook: Rulebook, dated: DatedValue) -> dict[str, Any]:
    """The same as plain data."""
    return {
        "key": dated.key,
        "name": KEYS[dated.key].name,
        "name_en": KEYS[dated.key].name_en,
        "value": dated.value,
        "words": value_words(dated),
        "from": dated.valid_from.isoformat(),
        "until": dated.valid_until.isoformat() if dated.valid_until else None,
        "layer": dated.layer,
        "source": rulebook.title_of(dated.source),
        "clause": dated.clause,
        "status": dated.status.value,
        "responsible": [
            {"clause": one.clause, "lead": one.lead, "others": list(one.others)} for one in rulebook.responsible(dated)
        ],
    }
