"""Compiles translations with `polib`, so that no machine needs gettext to run Fenji."""

from pathlib import Path

import polib

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def compile_translations(locale: Path = LOCALE) -> list[Path]:
    """Write a `.mo` beside every `.po` that is newer; returns those written."""
    written = []
    for source in sorted(locale.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime_ns < source.stat().st_mtime_ns:
            half = target.with_suffix(".half")
            polib.pofile(str(source)).save_as_mofile(str(half))  # type: ignore[no-untyped-call]
            half.rename(target)
            written.append(target)
    return written
