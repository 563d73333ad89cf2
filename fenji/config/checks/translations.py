"""The English catalogue beside the source: `faults` says what is missing or wrong, `update` writes what is new.

The translator fills in `fenji/locale/en/LC_MESSAGES/django.po`; nothing else is done by hand.
"""

import re
from collections.abc import Iterable
from pathlib import Path

import polib

from fenji.config.checks.table_words import words_in_tables
from fenji.config.checks.words import Word, words_in_source
from fenji.config.translations import LOCALE

CATALOGUE = LOCALE / "en" / "LC_MESSAGES" / "django.po"
PLACES = re.compile(r"%\(\w+\)[^a-zA-Z]*[a-zA-Z]|%[sd]|\{\w*\}")
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")  # with its punctuation
CLAUSE = re.compile(r"\b[A-Z] (?:共识)?[一二三四五六七八九十]\S*")  # cited as the document numbers it
HEAD = {
    "Language": "en",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}


def all_words() -> list[Word]:
    """Every text once, where it first stands."""
    found: dict[tuple[str | None, str], Word] = {}
    for word in (*words_in_source(), *words_in_tables()):
        earlier = found.setdefault(word.key, word)
        if word.plural and not earlier.plural:
            found[word.key] = Word(word.text, word.context, word.plural, earlier.where)
    return list(found.values())


def faults(path: Path = CATALOGUE, words: Iterable[Word] | None = None) -> list[str]:
    """What keeps the catalogue from being whole: texts without entry, entries without text, each bad translation."""
    wanted = {word.key: word for word in (all_words() if words is None else words)}
    held = _entries(path)
    missing = [f"{wanted[key].where}: “{key[1]}” 目录中没有 / is not in the catalogue" for key in wanted.keys() - held]
    unused = [f"“{key[1]}” 已不再使用 / is not in the source any more" for key in held.keys() - wanted]
    wrong = [f"“{key[1]}” {fault}" for key in wanted.keys() & held.keys() for fault in _wrong(held[key], wanted[key])]
    return sorted(missing) + sorted(unused) + sorted(wrong)


def update(path: Path = CATALOGUE) -> int:
    """Bring the catalogue up to the source, keeping every translation still used; returns how many have none yet."""
    old = _entries(path) if path.exists() else {}
    new = polib.POFile(wrapwidth=110)  # type: ignore[no-untyped-call]
    new.metadata = HEAD
    new.extend(_entry(word, old.get(word.key)) for word in all_words())
    path.parent.mkdir(parents=True, exist_ok=True)
    new.save(str(path))  # type: ignore[no-untyped-call]
    return len(new.untranslated_entries())  # type: ignore[no-untyped-call]


def _entries(path: Path) -> dict[tuple[str | None, str], polib.POEntry]:
    return {(entry.msgctxt, entry.msgid): entry for entry in polib.pofile(str(path))}  # type: ignore[no-untyped-call]


def _entry(word: Word, old: polib.POEntry | None) -> polib.POEntry:
    entry = polib.POEntry(msgid=word.text, msgctxt=word.context, occurrences=[(word.where, "")])  # type: ignore[no-untyped-call]
    if word.plural:
        entry.msgid_plural = word.plural
        kept = old.msgstr_plural if old else {}
        entry.msgstr_plural = {form: kept.get(form, old.msgstr if old else "") for form in (0, 1)}
    elif old:
        entry.msgstr = old.msgstr or old.msgstr_plural.get(1, "")
    return entry


def _wrong(entry: polib.POEntry, word: Word) -> list[str]:
    """What is wrong with one translation."""
    forms = list(entry.msgstr_plural.values()) if word.plural else [entry.msgstr]
    if not all(forms) or len(forms) != (2 if word.plural else 1):
        return ["没有译文 / has no translation"]
    found = ["译文待核 / is marked fuzzy"] if entry.fuzzy else []
    if any(sorted(PLACES.findall(form)) != sorted(PLACES.findall(word.text)) for form in forms):
        found.append("占位符不一致 / has other placeholders")
    if any(CHINESE.search(CLAUSE.sub("", form)) for form in forms):
        found.append("译文含中文 / holds Chinese signs")
    return found
