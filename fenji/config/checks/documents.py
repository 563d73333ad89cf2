"""Documents written from the code; `fenji check docs` compares, `fenji check docs --write` writes them anew."""

from collections.abc import Callable
from pathlib import Path

from fenji.config.checks import commands_page, settings_page
from fenji.config.home import PROJECT

NOTE = "<!-- Written by `fenji check docs --write`; change the code, not this page. -->\n\n"
GENERATED: dict[str, Callable[[], str]] = {
    "docs/reference/settings.md": settings_page.text,
    "docs/reference/commands.md": commands_page.text,
}


def stale(project: Path = PROJECT) -> list[str]:
    """Paths of generated documents that differ from what the code says, or are missing."""
    return [path for path, text in _current().items() if _read(project / path) != text]


def write_all(project: Path = PROJECT) -> list[str]:
    """Write every generated document; returns those that changed."""
    changed = stale(project)
    for path in changed:
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(_current()[path], encoding="utf-8")
    return changed


def _current() -> dict[str, str]:
    return {path: NOTE + text() for path, text in GENERATED.items()}


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
