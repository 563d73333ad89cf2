"""What must be settled before an institution closes: asked of the apps above, which enrol here, unknown to it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from fenji.apps.accounts.models import User
from fenji.apps.registry.errors import StillInUse
from fenji.apps.registry.models import Institution


@dataclass(frozen=True)
class Hanging:
    """Something that would be left hanging: what it is in words, how many, and the first few by number or time."""

    what: str
    count: int
    named: tuple[str, ...] = ()


Look = Callable[[Institution, date, datetime], Iterable[Hanging]]
Settle = Callable[[Institution, date, User | None, datetime], None]
_enrolled: list[tuple[Look, Settle]] = []


def enrol(look: Look, settle: Settle) -> None:
    """An app asks to be heard: `look` says what hangs there from a day on, `settle` puts an end to what it offers."""
    if (look, settle) not in _enrolled:
        _enrolled.append((look, settle))


def close(institution: Institution, on: date, *, by: User | None, at: datetime) -> None:
    """Within the transaction that ends it, the row locked. Raises StillInUse with the list of what hangs there."""
    found = [one for look, _settle in _enrolled for one in look(institution, on, at)]
    if found:
        raise StillInUse("；".join(_words(one) for one in found))
    for _look, settle in _enrolled:
        settle(institution, on, by, at)


def is_open(institution_id: int) -> bool:
    """Whether nobody has closed the institution, which nobody can until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT valid_until FROM registry_institution WHERE id = %s FOR KEY SHARE", [institution_id])
        row = cursor.fetchone()
    return row is not None and row[0] is None


def _words(one: Hanging) -> str:
    more = "…" if one.count > len(one.named) and one.named else ""
    return f"{one.what} {one.count}" + (f"（{'、'.join(one.named)}{more}）" if one.named else "")
