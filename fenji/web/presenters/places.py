"""Places of a clinic grouped for the slot picker: by day, then morning and afternoon."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Protocol

from django.utils.translation import gettext as _

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


def _halves(places: list[PlaceLike]) -> list[HalfDay]:
    morning = [place for place in places if local(place.starts_at).hour < 12]
    afternoon = [place for place in places if local(place.starts_at).hour >= 12]
    return [HalfDay(words, half) for words, half in ((_("上午"), morning), (_("下午"), afternoon)) if half]
