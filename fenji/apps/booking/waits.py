"""How long people waited: measured from the bookings themselves, not promised."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import connection

from fenji.apps.booking.delays import GROUP, MEASURES, OWN_DELAY, Measured, PatientGroup

WINDOW = timedelta(days=30)
Waits = Mapping[PatientGroup, Measured]  # a group nobody booked of is missing


def waits(department_ids: Iterable[int], *, at: datetime) -> dict[int, Waits]:
    """For each department the waits of bookings made in the 30 days before `at`, from asking to the appointment.

    Referred, contracted and other patients apart, each without what the patient delayed; one statement.
    """
    found: dict[int, dict[PatientGroup, Measured]] = {department: {} for department in department_ids}
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, {"departments": list(found), "since": at - WINDOW, "at": at})
        for department, group, *measured in cursor.fetchall():
            found[department][PatientGroup(group)] = Measured.of(tuple(measured))
    return dict(found)


# Only a booking that replaced another or serves a referral can have been put off by its patient.
STATEMENT = f"""
WITH RECURSIVE asked AS (
    SELECT b.*, place.starts_at, {GROUP.format(row="b")} AS grp
    FROM booking_booking AS b JOIN booking_place AS place ON place.id = b.place_id
    WHERE b.department_id = ANY(%(departments)s) AND b.made_at > %(since)s AND b.made_at <= %(at)s
        AND b.state IN ('booked', 'arrived', 'no_show')
), seen AS (
    SELECT * FROM asked WHERE referral_id IS NOT NULL OR replaces_id IS NOT NULL
), {OWN_DELAY}, spans AS (
    SELECT asked.department_id, asked.grp, coalesce(sums.own, interval '0') AS own,
        asked.starts_at - asked.requested_at - coalesce(sums.own, interval '0') AS span
    FROM asked LEFT JOIN sums ON sums.visit = asked.id
)
SELECT department_id, grp, {MEASURES} FROM spans GROUP BY 1, 2
"""  # noqa: S608 (constants only)
