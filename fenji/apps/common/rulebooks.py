"""The city's policy as the database holds it: immutable versions named by their hash, one of them current.

A version is the pack's rules with the city's own approved decisions laid over them. What is current changes only under
`alone`, so that no two changes are made from one state.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.db import connection, transaction

from fenji.apps.common import request_memory
from fenji.apps.common.models import PolicyChange, RulebookVersion
from fenji.kernel.tiers import Basis
from fenji.rulebook.decisions import Decision, decide
from fenji.rulebook.rulebook import Rulebook

CURRENT = "SELECT hash FROM common_rulebookversion WHERE city = %(policy)s AND is_current"


def store(rulebook: Rulebook, *, at: datetime) -> RulebookVersion:
    """Make a pack the current policy of its city, its approved decisions kept on top; stored once per content."""
    with alone(rulebook.city):
        return make_current(decide(rulebook, approved_decisions(rulebook.city)), at=at)


def current() -> Rulebook:
    """The rulebook in force; raises LookupError before a city is loaded."""
    return version(request_memory.remembered(("rulebook", settings.POLICY), _current_hash))


def of_city() -> dict[str, str]:
    """The values of `CURRENT`."""
    return {"policy": settings.POLICY}


def heard(hash_: str | None) -> None:
    """What `CURRENT` answered along with something else the request asked for: `current` need not ask."""
    if hash_ is not None:
        request_memory.remembered(("rulebook", settings.POLICY), lambda: hash_)


def _current_hash() -> str:
    with connection.cursor() as cursor:
        cursor.execute(CURRENT, of_city())
        found = cursor.fetchone()
    if found is None:
        raise LookupError(f"no rulebook of {settings.POLICY} is loaded: run `fenji city load {settings.CITY}`")
    return str(found[0])


@lru_cache(maxsize=8)
def version(hash_: str) -> Rulebook:
    """A stored version by its hash, as a decision noted it."""
    return Rulebook.from_content(RulebookVersion.objects.get(hash=hash_).content)


@contextmanager
def alone(city: str) -> Iterator[None]:
    """A transaction in which nobody else makes a version of this city's policy."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"rulebook {city}"])
        request_memory.forget()  # what is current may have changed while this waited
        yield


def make_current(rulebook: Rulebook, *, at: datetime) -> RulebookVersion:
    """Only within `alone`."""
    RulebookVersion.objects.filter(city=rulebook.city, is_current=True).update(is_current=False)
    made, _ = RulebookVersion.objects.update_or_create(
        hash=rulebook.hash,
        defaults={"is_current": True},
        create_defaults={"city": rulebook.city, "content": rulebook.content, "loaded_at": at, "is_current": True},
    )
    request_memory.forget()
    return made


def approved_decisions(city: str) -> Iterable[Decision]:
    """What the city has decided itself, in the order of the approvals."""
    approved = PolicyChange.objects.filter(city=city, state=PolicyChange.State.APPROVED)
    return [decision_of(change) for change in approved.order_by("decided_at", "pk")]


def decision_of(change: PolicyChange) -> Decision:
    return Decision(
        f"decision-{change.pk}",
        change.key,
        change.value,
        change.from_on,
        change.until_on,
        change.ground,
        change.clause,
        Basis(change.status),
    )
