"""Every page in English: what is Chinese there is data, found in the database or among the city's files.

Part of `make prove`: it opens some three hundred pages. That every text has its English is tested at every change
(`tests/test_translations.py`); this finds texts that never asked for it.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import chain, islice
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

import fenji.cities
from fenji.apps.common.clock import Frozen
from fenji.exchange.kinds import KINDS
from tests.web.every_page import GROUPS, PAGES, Town, make_everything
from tests.web.test_every_page import addresses, client_of

HAN = re.compile(r"[\u3400-\u9fff]+")
FILES = (".toml", ".csv")
READ_ALOUD = {"alt", "aria-label", "content", "data-label", "placeholder", "title", "value"}
OWN = {"中文", "共识二"}  # the other language on its button; part of a clause's number
EACH = 3  # of a page's addresses: a few referrals stand for all


class Text(HTMLParser):
    """What a person reads or hears of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if value and name in READ_ALOUD]

    def handle_data(self, data: str) -> None:
        self.found.append(data)


@pytest.mark.prove
@pytest.mark.django_db
def test_what_is_chinese_on_an_english_page_is_data(clock: Frozen, settings: Any) -> None:
    settings.DEMONSTRATION = True
    town = make_everything(clock.at)
    found: dict[str, str] = {}  # each Chinese word and where it was seen first
    seen = {"components"}  # a page each, whoever comes first; the components show made-up people
    for who in chain(*GROUPS.values()):
        for address, words in walk(who, town, seen):
            found.setdefault(words, f"{who or 'stranger'} {address}")
    assert len(seen) > len(PAGES) * 0.9, f"hardly looked at: {PAGES.keys() - seen}"
    data = "\n".join([*kept_in_database(), *kept_in_files(), *kept_in_templates()])
    ours = [f"{words}: {where}" for words, where in found.items() if words not in data and words not in OWN]
    assert not ours, "\n".join(ours)


def test_words_of_a_page_are_read_wherever_they_stand() -> None:
    page = '<p title="甲">乙<input placeholder="丙" class="丁"></p>'
    assert sorted(Text(page).found) == sorted(["甲", "乙", "丙"])


def walk(who: str, town: Town, seen: set[str]) -> Iterator[tuple[str, str]]:
    """The Chinese words that one person reads on the pages not seen before, and on which."""
    client, town.who = client_of(who)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    for name in PAGES.keys() - seen:
        for _name, address in islice(addresses({name: PAGES[name]}, town), EACH):
            answer = client.get(address)
            if answer.status_code == 200:
                seen.add(name)
                words = "\n".join(Text(answer.content.decode()).found)
                yield from ((address, run) for run in HAN.findall(words))


def kept_in_database() -> Iterator[str]:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT kept::text FROM "{table}" kept')
            yield from (row[0] for row in cursor.fetchall())


def kept_in_files() -> Iterator[str]:
    for path in sorted(Path(fenji.cities.__file__).parent.rglob("*")):
        if path.suffix in FILES:
            yield path.read_text("utf-8")


def kept_in_templates() -> Iterator[str]:
    """Headings and choices of imported tables: they are what stands in the file."""
    for kind in KINDS.values():
        for column in kind.columns:
            yield f"{column.title} {column.example}"
            yield str(column.note) if "、" in str(column.note) else ""
