"""Presenters for templates: `{% load fenji %}`. Filters turn a value into what a component prints."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django import template
from django.forms import BoundField
from django.template import Context
from django.utils.safestring import SafeString

from fenji.web import errors, navigation
from fenji.web.presenters import (
    basis,
    charts,
    dates,
    deadlines,
    fields,
    names,
    notices,
    numbers,
    people,
    places,
    posts,
    states,
    telephones,
    tiers,
)

register = template.Library()

register.filter("tier_mark", tiers.tier_mark)
register.filter("kind_words", tiers.kind_words)
register.filter("link_words", tiers.link_words)
register.filter("state_mark", states.state_mark)
register.filter("owner_words", states.owner_words)
register.filter("party_words", states.party_words)
register.filter("action_words", states.action_words)
register.filter("choice_words", states.choice_words)
register.filter("urgency_mark", states.urgency_mark)
register.filter("direction_mark", states.direction_mark)
register.filter("follow_up_words", states.follow_up_words)
register.filter("basis_mark", basis.basis_mark)
register.filter("full_name", names.full_name)
register.filter("short_name", names.short_name)
register.filter("other_name", names.other_name)
register.filter("chip_name", names.chip_name)
register.filter("diagnosis_words", names.diagnosis_words)
register.filter("diagnosis_name", names.diagnosis_name)
register.filter("notice_headline", notices.notice_headline)
register.filter("masked_name", people.masked_name)
register.filter("sex_words", people.sex_words)
register.filter("tail", people.tail)
register.filter("title_words", people.title_words)
register.filter("source_words", people.source_words)
register.filter("receiving_phone", telephones.receiving_phone)
register.filter("sending_phone", telephones.sending_phone)
register.filter("count_words", numbers.count_words)
register.filter("permille_words", numbers.permille_words)
register.filter("money_words", numbers.money_words)
register.filter("distance_words", numbers.distance_words)
register.filter("time_words", dates.time_words)
register.filter("weekday_words", dates.weekday_words)
register.filter("role_words", posts.role_words)
register.filter("office_words", posts.office_words)
register.filter("control_kind", fields.control_kind)
register.simple_tag(takes_context=True, name="shell")(navigation.shell)


@register.filter
def deadline_at(due_at: datetime | None, at: datetime) -> deadlines.Deadline:
    return deadlines.deadline(due_at, at=at)


@register.filter
def moment_words(moment: datetime, at: datetime) -> str:
    return dates.moment_words(moment, at=at)


@register.filter
def date_words(day: date, today: date | None = None) -> str:
    return dates.date_words(day, today=today)


@register.filter
def day_words(day: date, today: date) -> str:
    return dates.day_words(day, today=today)


@register.filter
def full_date_words(day: date, today: date | None = None) -> str:
    return dates.full_date_words(day, today=today)


@register.filter
def age_words(birth_date: date | None, on: date | datetime) -> str:
    return people.age_words(birth_date, on=dates.local(on).date() if isinstance(on, datetime) else on)


@register.filter
def level_words(level: str, grade: str = "none") -> str:
    return tiers.level_words(level, grade)


@register.filter
def places_by_day(found: Iterable[places.PlaceLike], at: datetime) -> list[places.DayOfPlaces]:
    return places.places_by_day(found, at=at)


@register.filter
def sparkline(values: Sequence[float]) -> str:
    return charts.sparkline(values)


@register.filter
def bars(rows: Sequence[tuple[str, int] | tuple[str, int, str]]) -> list[charts.Bar]:
    return charts.bars(rows)


@register.filter
def control(field: BoundField, extra: str = "") -> SafeString:
    """The field's own widget, told which help and error texts describe it."""
    return fields.control(field, extra)


@register.simple_tag
def error_wording(status: int, *, stale_form: bool = False) -> errors.Wording:
    """Title, remedy and icon of an error."""
    return errors.STALE_FORM if stale_form else errors.WORDINGS[status]


@register.simple_tag
def new_key() -> str:
    """A fresh idempotency key: the form sent twice happens once."""
    return str(uuid.uuid4())


@register.simple_tag(takes_context=True)
def address_with(context: Context, **changes: object) -> str:
    """This page's query string with some values changed; None or "" removes one. Used by filters, tabs, pagination."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}" if query else "?"


@register.filter
def add_units(length: float, more: float) -> str:
    """A length of a drawing plus some units, as SVG wants it whatever the language."""
    return f"{length + more:.1f}"
