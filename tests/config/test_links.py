"""Every link in the documents leads to a file that exists."""

import re
from pathlib import Path

from fenji.config.home import PROJECT

LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
DOCUMENTS = [*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")]


def broken(document: Path, text: str) -> list[str]:
    """Relative links of a text that lead nowhere from where the document lies."""
    targets = [link for link in LINK.findall(text) if not link.startswith(("http://", "https://", "mailto:"))]
    return [target for target in targets if not (document.parent / target).exists()]


def test_no_link_is_broken():
    found = {str(one.relative_to(PROJECT)): broken(one, one.read_text(encoding="utf-8")) for one in DOCUMENTS}
    assert {name: links for name, links in found.items() if links} == {}
    assert len(found) > 20


def test_a_broken_link_is_noticed():
    text = "[there](README.md) [not](docs/nothing.md#part) ![nor](docs/images/none.png) <http://127.0.0.1:8000>"
    assert broken(PROJECT / "here.md", text) == ["docs/nothing.md", "docs/images/none.png"]
