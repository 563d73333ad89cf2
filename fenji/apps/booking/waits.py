"""How long people waited: measured from the bookings themselves, not promised."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

WINDOW = timedelta(days=30)


@dataclass(frozen=True)
class Wait:
    """Median days from asking to the appointment, with how many bookings it rests on; None without any."""

    referred_days: float | None = None
    referred_count: int = 0
    other_days: float | None = None
    other_count: int = 0


def waits(department_ids: Iterable[int], *, at: datetime) -> dict[int, Wait]:
    """For each department the waits of bookings made in the 30 days before `at`, referred and others apart."""
    wanted = list(department_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT booking.department_id, booking.referral_id IS NOT NULL, count(*),
                percentile_cont(0.5) WITHIN GROUP (
                    ORDER BY (extract(epoch FROM place.starts_at - booking.requested_at) / 86400.0)::float)
            FROM booking_booking AS booking JOIN booking_place AS place ON place.id = booking.place_id
            WHERE booking.department_id = ANY(%(departments)s)
                AND booking.made_at > %(since)s AND booking.made_at <= %(at)s
                AND booking.state IN ('booked', 'arrived', 'no_show')
            GROUP BY 1, 2""",
            {"departments": wanted, "since": at - WINDOW, "at": at},
        )
        rows = {(row[0], row[1]): (row[2], round(row[3], 1)) for row in cursor.fetchall()}
    return {department: _wait(rows.get((department, True)), rows.get((department, False))) for department in wanted}


def _wait(referred: tuple[int, float] | None, other: tuple[int, float] | None) -> Wait:
    referred_count, referred_days = referred or (0, None)
    other_count, other_days = other or (0, None)
    return Wait(referred_days, referred_count, other_days, other_count)
