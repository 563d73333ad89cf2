"""Documents written from the code; `fenji check docs` compares, `fenji check docs --write` writes them anew."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from fenji.apps.indicators import reference as indicators
from fenji.cities import reference as networks
from fenji.config.checks import api_page, commands_page, referral_page, settings_page
from fenji.config.home import PROJECT
from fenji.rulebook.pages import PAGES

NOTE = "<!-- Written by `fenji check docs --write`; change the code, not this page. -->\n\n"


def _noted(text: Callable[[], str]) -> str:
    return NOTE + text()


def _of_cities(name: str) -> str:
    return networks.pages()[name]


# Path to its whole text. Pages drawn from a city's data carry a note of their own.
GENERATED: dict[str, Callable[[], str]] = {
    "docs/reference/settings.md": partial(_noted, settings_page.text),
    "docs/reference/api.md": partial(_noted, api_page.text),
    "docs/reference/commands.md": partial(_noted, commands_page.text),
    "docs/reference/referral.md": partial(_noted, referral_page.text),
    "docs/reference/network.md": partial(_of_cities, "network.md"),
    "docs/reference/codes.md": partial(_of_cities, "codes.md"),
    "docs/reference/indicators.md": indicators.page,
    **PAGES,
}


def stale(project: Path = PROJECT) -> list[str]:
    """Paths of generated documents that differ from what the code says, or are missing."""
    return [path for path, text in GENERATED.items() if _read(project / path) != text()]


def write_all(project: Path = PROJECT) -> list[str]:
    """Write every generated document; returns those that changed."""
    changed = stale(project)
    for path in changed:
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(GENERATED[path](), encoding="utf-8")
    return changed


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
