"""Of whom a wait is measured, and the part of it that the patient caused: pieces of the statements that measure.

Referred patients stand first; then who had a family doctor's contract on the day of asking; then everyone else. A later
date is the patient's doing when the patient (or who acts for the patient) made the change, or had not come.
"""

from dataclasses import dataclass
from enum import StrEnum


class PatientGroup(StrEnum):
    REFERRED = "referred"
    CONTRACTED = "contracted"
    OTHER = "other"


@dataclass(frozen=True)
class Measured:
    """Median days and how many patients they rest on; `patient_days` is the mean delay of those who caused one."""

    days: float
    count: int
    patient_days: float = 0.0
    patient_count: int = 0

    @classmethod
    def of(cls, row: tuple[float, int, float, int]) -> "Measured":
        """From the columns of `MEASURES`."""
        days, count, patient_days, patient_count = row
        return cls(round(days, 1), count, round(patient_days, 1), patient_count)


# Of a {row} with resident_id, referral_id and requested_at.
GROUP = """CASE WHEN {row}.referral_id IS NOT NULL THEN 'referred'
    WHEN EXISTS (SELECT FROM contracts_contract AS c WHERE c.resident_id = {row}.resident_id
        AND c.valid_from <= ({row}.requested_at AT TIME ZONE 'Asia/Shanghai')::date
        AND c.valid_until > ({row}.requested_at AT TIME ZONE 'Asia/Shanghai')::date) THEN 'contracted'
    ELSE 'other' END"""

# Of bookings in `seen`: their dates, first to last (those of the referral, or those that replaced one another), and as
# `sums` for each `visit` when the first was made and how much later the patient made it in all.
OWN_DELAY = """chain AS (
    SELECT seen.id AS visit, seen.id, seen.replaces_id FROM seen WHERE referral_id IS NULL
    UNION
    SELECT chain.visit, before.id, before.replaces_id
    FROM chain JOIN booking_booking AS before ON before.id = chain.replaces_id
), dates AS (
    SELECT chain.visit, b.* FROM chain JOIN booking_booking AS b ON b.id = chain.id
    UNION ALL
    SELECT seen.id, b.* FROM seen JOIN booking_booking AS b ON b.referral_id = seen.referral_id
    WHERE b.made_at <= seen.made_at AND b.state <> 'expired'
), moves AS (
    SELECT dates.visit, dates.made_at, dates.made_by_id, dates.resident_id, place.starts_at,
        lag(place.starts_at) OVER turn AS was_at, lag(dates.state) OVER turn AS was_state
    FROM dates JOIN booking_place AS place ON place.id = dates.place_id
    WINDOW turn AS (PARTITION BY dates.visit ORDER BY dates.made_at, dates.replaces_id NULLS FIRST, dates.id)
), sums AS (
    SELECT visit, min(made_at) AS first_at, coalesce(sum(starts_at - was_at) FILTER (
        WHERE starts_at > was_at AND (was_state = 'no_show' OR EXISTS (
            SELECT FROM residents_residentaccount AS a
            WHERE a.user_id = moves.made_by_id AND a.resident_id = moves.resident_id))), interval '0') AS own
    FROM moves GROUP BY visit
)"""

# Of `spans` (span: the wait, own: the patient's part of it, taken out already), grouped: the columns of `Measured`.
_DAYS = "extract(epoch FROM {span}) / 86400.0"
MEASURES = f"""percentile_cont(0.5) WITHIN GROUP (ORDER BY ({_DAYS.format(span="span")})::float),
    count(*), coalesce(avg({_DAYS.format(span="own")}) FILTER (WHERE own > interval '0'), 0)::float,
    count(*) FILTER (WHERE own > interval '0')"""
