"""Places grouped for the slot picker: by day, then morning and afternoon, there by clinic where that is known."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any, Protocol

from django.utils.translation import gettext as _

from fenji.rulebook.keys.booking import LINES
from fenji.web.presenters.dates import day_words, local


class PlaceLike(Protocol):
    """What the picker needs of a place: its key and its start (aware)."""

    @property
    def pk(self) -> object: ...
    @property
    def starts_at(self) -> datetime: ...


@dataclass(frozen=True)
class HalfDay:
    words: str
    places: list[PlaceLike]


@dataclass(frozen=True)
class DayOfPlaces:
    day: date
    words: str
    halves: list[HalfDay] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(len(half.places) for half in self.halves)


def places_by_day(places: Iterable[PlaceLike], *, at: datetime) -> list[DayOfPlaces]:
    """Days in order, each with its half days in order; a half day without places is left out."""
    today = local(at).date()
    ordered = sorted(places, key=lambda place: place.starts_at)
    return [
        DayOfPlaces(day, day_words(day, today=today), _halves(list(of_day)))
        for day, of_day in groupby(ordered, key=lambda place: local(place.starts_at).date())
    ]


def line_words() -> dict[str, str]:
    """What a line of clinics is called, and the times of examinations."""
    return {code: _(names[0]) for code, names in LINES.items()}


def _halves(places: list[PlaceLike]) -> list[HalfDay]:
    morning = [place for place in places if local(place.starts_at).hour < 12]
    afternoon = [place for place in places if local(place.starts_at).hour >= 12]
    return [
        HalfDay(f"{words} {clinic}".strip(), list(some))
        for words, half in ((_("上午"), morning), (_("下午"), afternoon))
        for clinic, some in groupby(sorted(half, key=lambda place: (_clinic(place), place.starts_at)), key=_clinic)
    ]


def _clinic(place: PlaceLike) -> str:
    """Line and physician, where they came with the place: nothing is asked for them. Nothing of an examination."""
    session = _loaded(place, "session")
    if session is None or session.line == "examination":
        return ""
    physician = _loaded(session, "physician")
    return f"{line_words()[session.line]} {physician.name if physician else ''}".strip()


def _loaded(row: Any, name: str) -> Any:
    state = getattr(row, "_state", None)
    return state.fields_cache.get(name) if state is not None else None
