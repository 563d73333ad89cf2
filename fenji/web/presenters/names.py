"""Names of institutions, departments, regions and the like in the reader's language: English where there is one."""

from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language

from fenji.rulebook.diagnoses import load_diagnoses

if TYPE_CHECKING:
    from fenji.apps.registry.nodes import Snapshot

# What an English name is shortened by where space is scarce.
SHORTER = {
    "Community Health Centre": "CHC",
    "Traditional Chinese Medicine": "TCM",
    "Maternal and Child Health": "MCH",
    "Township Hospital": "Township Hosp.",
    "Village Station": "Station",
    " and Family Planning": "",
}

# What the tier's shape and the county's frame say already in a drawing.
SAID_BY_SHAPE = ("Hospital of ", " Hospital", " Hosp.", " District", " County", " Experimental Zone", " (example)")
CHIP_MARGIN, LATIN_LETTER = 30.0, 6.2  # units of the drawing: shape and edges of a chip; a letter of its text


def reads_english() -> bool:
    return (get_language() or "").startswith("en")


def full_name(named: Any) -> str:
    """The whole name of anything with `name` and perhaps `name_en`; nothing for nothing."""
    if not named:
        return ""
    return _english(named) or str(named.name)


def other_name(named: Any) -> str:
    """The name in the language that `full_name` does not speak; nothing if there is none."""
    return str(named.name if full_name(named) != named.name else getattr(named, "name_en", ""))


def region_name(network: "Snapshot", code: str) -> str:
    """A region by its code; the code itself for one that the network does not hold."""
    name, _parent = network.regions.get(code, (code, None))
    return (reads_english() and network.regions_en.get(code, "")) or name


def short_name(institution: Any) -> str:
    """The name by which colleagues call it: in English without the county after the comma, and abbreviated."""
    if not institution:
        return ""
    english = _english(institution)
    if not english:
        return str(institution.short_name)
    short = english.partition(",")[0]
    for words, shorter in SHORTER.items():
        short = short.replace(words, shorter)
    return short


def chip_name(institution: Any, width: float) -> str:
    """The name in a drawing, in a box so wide: in English only what tells institutions apart, cut where it must be."""
    short = short_name(institution)
    if short.isascii():
        for words in SAID_BY_SHAPE:
            short = short.replace(words, "")
        room = int((width - CHIP_MARGIN) / LATIN_LETTER)
        short = short if len(short) <= room else f"{short[: room - 1].rstrip()}…"
    return short


def diagnosis_words(referral: Any) -> str:
    """The diagnosis by its name in the table; what a doctor wrote in own words stays as written."""
    name = str(referral.diagnosis_name)
    if reads_english():
        table = load_diagnoses()
        known = table.by_code.get(referral.diagnosis_code.upper())
        for one in (known, *table.search(name, limit=1)):
            if one and _same(one.name, name) and one.name_en:
                return one.name_en
    return name


def _same(one: str, other: str) -> bool:
    """Whether two names differ only in their spaces: 2 型糖尿病, 2型糖尿病."""
    return one.replace(" ", "") == other.replace(" ", "")


def diagnosis_name(code: str) -> str:
    """The name of an ICD-10 code; of its category where the table has no finer one; the code itself of none."""
    known = load_diagnoses().get(code) if code else None
    if known is None:
        return code
    return known.name_en if reads_english() and known.name_en else known.name


def _english(named: Any) -> str:
    return str(getattr(named, "name_en", "")) if reads_english() else ""
