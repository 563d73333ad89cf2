"""How old a hospital's last message is, and whether what it handed over can still be promised."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from fenji.apps.booking import rules
from fenji.apps.booking.models import Feed


@dataclass(frozen=True)
class Freshness:
    """`age` is None for a hospital whose clinics are kept here: nothing can grow stale."""

    age: timedelta | None = None
    is_stale: bool = False
    last_message_at: datetime | None = None
    last_message_kind: str = ""
    last_reconciled_at: datetime | None = None


KEPT_HERE = Freshness()


def freshness_of(institution_ids: Iterable[int], *, at: datetime) -> dict[int, Freshness]:
    """For each institution how fresh its places are."""
    wanted = list(institution_ids)
    feeds = {feed.institution_id: feed for feed in Feed.objects.filter(institution_id__in=wanted)}
    return {one: _freshness(feeds[one], at) if one in feeds else KEPT_HERE for one in wanted}


def is_stale(institution_id: int, *, at: datetime) -> bool:
    """Whether its places are not promised: the same condition as in `free.CERTAIN`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM booking_feed WHERE institution_id = %s AND stale_at <= %s", [institution_id, at])
        return cursor.fetchone() is not None


def heard_from(institution_id: int, kind: str, *, at: datetime, reconciled: bool = False) -> Feed:
    """Note a message of a hospital: from now on it is fresh for as long as the rulebook says."""
    said = {"last_message_at": at, "last_message_kind": kind, "stale_at": at + rules.stale_after(at=at)}
    if reconciled:
        said["last_reconciled_at"] = at
    return Feed.objects.update_or_create(institution_id=institution_id, defaults=said)[0]


def _freshness(feed: Feed, at: datetime) -> Freshness:
    return Freshness(
        age=at - feed.last_message_at,
        is_stale=feed.stale_at <= at,
        last_message_at=feed.last_message_at,
        last_message_kind=feed.last_message_kind,
        last_reconciled_at=feed.last_reconciled_at,
    )
