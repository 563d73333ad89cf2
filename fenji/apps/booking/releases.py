"""Written down afterwards: which session's reserved places opened to whom, when, and how many were left."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from fenji.apps.booking import rules
from fenji.apps.booking.models import Release
from fenji.apps.common import rulebooks

BACK = timedelta(days=2)  # so that days without a worker are made up for, while the sessions can still be told apart
# Reserved places still free when the rung was reached: taken by nobody, or by a booking made later.
RELEASED = """
INSERT INTO booking_release (session_id, "group", released_at, places, noted_at, rulebook)
SELECT session.id, %(group)s, session.starts_at - %(before)s, count(*) FILTER (WHERE place.taken_by IS NULL OR EXISTS (
    SELECT FROM booking_booking AS booking
    WHERE booking.id = place.taken_by AND booking.made_at > session.starts_at - %(before)s)), %(at)s, %(rulebook)s
FROM booking_session AS session JOIN booking_place AS place ON place.session_id = session.id AND place.pool = %(pool)s
WHERE session.starts_at - %(before)s <= %(at)s AND session.starts_at > %(since)s
    AND session.closed_at IS NULL AND session.handed_back_at IS NULL
GROUP BY session.id
ON CONFLICT (session_id, "group") DO NOTHING"""


@transaction.atomic
def note_releases(*, at: datetime) -> int:
    """Write down every rung reached since the last time; returns how many. Nothing waits for it."""
    ladders, noted = rules.ladders(at=at), 0
    for pool, ladder in ladders.items():
        for rung in ladder.rungs():
            values: dict[str, Any] = {
                "group": rung.group.value, "before": rung.before, "pool": pool, "at": at, "since": at - BACK,
                "rulebook": rulebooks.current().hash,
            }  # fmt: skip
            with connection.cursor() as cursor:
                cursor.execute(RELEASED, values)
                noted += cursor.rowcount
    return noted


def releases_of(session_id: int) -> list[Release]:
    """What was written down of a session, earliest first."""
    return list(Release.objects.filter(session_id=session_id).order_by("released_at", "pk"))


def releases_at(institution_id: int, since: datetime) -> QuerySet[Release]:
    """What was written down of an institution's sessions since a time, latest first."""
    found = Release.objects.filter(session__institution_id=institution_id, released_at__gte=since)
    return found.select_related("session__department", "session__exam_item").order_by("-released_at", "session", "pk")
