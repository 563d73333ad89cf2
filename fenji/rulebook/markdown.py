"""What the pages drawn from the data share: a table, a count of statuses, the note that they are drawn."""

from collections.abc import Iterable, Iterator

from fenji.kernel.explanation import STATUSES
from fenji.kernel.tiers import Basis

MADE = "<!-- Drawn from the data by `fenji check docs --write`; edit the data, not this page. -->"


def counts(statuses: Iterable[Basis]) -> Iterator[str]:
    found = list(statuses)
    counted = "，".join(f"{words} {found.count(status)}" for status, words in STATUSES["zh"].items())
    yield f"共 {len(found)} 条：{counted}。"


def table(heading: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield "| " + " | ".join(heading) + " |"
    yield "|" + " --- |" * len(heading)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |"
