"""Keeps the results of the long runs in docs/reference/proof.md, each under its own heading, with day and machine."""

import json
import os
import platform
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "proof.md"
HEAD = """# What was proved, and when

Written by the runs themselves (`make prove`, `python bench/booking.py --keep`); figures of one machine, not promises.
"""
TITLES = {
    "booking": "Many hands on the same places",
    "size": "Millions of bookings behind it",
    "faults": "Killed in the middle of the rush",
}


def keep(name: str, figures: dict[str, Any], lines: list[str], page: Path = PAGE) -> None:
    """Replace the section `name` by today's results; the others stay."""
    text = page.read_text(encoding="utf-8") if page.exists() else HEAD
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    when = f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}"
    body = "\n".join(lines)
    section = f"{begin}\n## {TITLES[name]}\n\n{when}.\n\n{body}\n\n```json\n{json.dumps(figures)}\n```\n{end}\n"
    old = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}\n", re.DOTALL)
    text = old.sub(lambda _: section, text) if old.search(text) else f"{text.rstrip()}\n\n{section}"
    page.write_text(text, encoding="utf-8")
