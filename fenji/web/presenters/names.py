"""Names of institutions, departments, regions and the like in the reader's language: English where there is one."""

from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language

if TYPE_CHECKING:
    from fenji.apps.registry.nodes import Snapshot

# What an English name is shortened by where space is scarce.
SHORTER = {
    "Community Health Centre": "CHC",
    "Traditional Chinese Medicine": "TCM",
    "Maternal and Child Health": "MCH",
    "Township Hospital": "Township Hosp.",
    "Village Station": "Station",
}


def reads_english() -> bool:
    return (get_language() or "").startswith("en")


def full_name(named: Any) -> str:
    """The whole name of anything with `name` and perhaps `name_en`; nothing for nothing."""
    if not named:
        return ""
    return (reads_english() and getattr(named, "name_en", "")) or str(named.name)


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
    english = str(getattr(institution, "name_en", "")) if reads_english() else ""
    if not english:
        return str(institution.short_name)
    short = english.partition(",")[0]
    for words, shorter in SHORTER.items():
        short = short.replace(words, shorter)
    return short
