"""Bringing rows into line with a source: what is new is entered, what differs is changed, the rest is left alone."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from django.db.models import Model

K = TypeVar("K", bound=Hashable)
M = TypeVar("M", bound=Model)


def bring_into_line(
    model: type[M],
    wanted: Mapping[K, Mapping[str, Any]],
    found: Mapping[K, M],
    *,
    once: Callable[[], Mapping[str, Any]] = dict,
) -> dict[K, M]:
    """Rows for all of `wanted`, of which `found` exist; `once` gives what only a new row gets.

    Values must be as the database gives them back.
    """
    new = {key: model(**values, **once()) for key, values in wanted.items() if key not in found}
    model._default_manager.bulk_create(new.values())
    changed, names = [], set()
    for key, values in wanted.items():
        differing = {name for name, value in values.items() if key in found and getattr(found[key], name) != value}
        for name in differing:
            setattr(found[key], name, values[name])
        if differing:
            changed.append(found[key])
            names |= differing
    if changed:
        model._default_manager.bulk_update(changed, sorted(names))
    return {key: new[key] if key in new else found[key] for key in wanted}


def end_the_others(kept: Iterable[K], found: Mapping[K, M], on: date) -> None:
    """Rows that the source no longer names are referred to by what happened: they end, they are not deleted."""
    kept = set(kept)
    for key, row in found.items():
        if key not in kept and (row.valid_until is None or row.valid_until > on):  # type: ignore[attr-defined]
            row.valid_until = on  # type: ignore[attr-defined]
            row.save(update_fields=["valid_until"])
