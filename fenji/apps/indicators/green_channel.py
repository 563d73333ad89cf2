"""The green channel step by step (绿色通道, E5): how long patients waited for an answer, for the visit, for a bed.

Referred patients, residents with a family doctor and everyone else stand beside each other. Waiting that a patient
caused (asked for a later time, did not come) is taken out of the wait and said apart. Measured on visits and
admissions that took place in the window, from the rows themselves; nothing here is promised.

Steps, each as the median in days:
`booked`  from asking (a referral: from sending) until an appointment was fixed;
`seen`    from then until the visit, without the patient's own delay;
`bed`     from asking for a bed until lying in one, without the patient's own delay.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import connection

from fenji.apps.booking.delays import GROUP, MEASURES, OWN_DELAY, Measured, PatientGroup
from fenji.apps.booking.waits import WINDOW, Waits
from fenji.apps.indicators.scope import Scope
from fenji.apps.registry.snapshot import Node
from fenji.apps.stays.policies import PATIENT_ASKED

CHAIN = timedelta(days=180)  # how far back an appointment's earlier dates are looked for


class Step(StrEnum):
    BOOKED = "booked"
    SEEN = "seen"
    BED = "bed"


@dataclass(frozen=True)
class HouseWaits:
    """One institution: each group's steps; a step nobody took is missing."""

    institution: Node
    steps: Mapping[tuple[Step, PatientGroup], Measured]

    @property
    def is_behind(self) -> bool:
        """Whether referred patients wait no less than others at some step."""
        found = self.steps
        pairs = [(found.get((step, PatientGroup.REFERRED)), found.get((step, PatientGroup.OTHER))) for step in Step]
        return any(mine and others and mine.days >= others.days and mine.days > 0 for mine, others in pairs)


VISITS = f"""
WITH RECURSIVE seen AS (
    SELECT b.*, d.institution_id, {GROUP.format(row="b")} AS grp
    FROM booking_booking AS b JOIN registry_department AS d ON d.id = b.department_id
    WHERE b.state = 'arrived' AND b.ended_at > %(since)s AND b.ended_at <= %(at)s AND b.made_at > %(oldest)s
        AND (%(everything)s OR d.institution_id = ANY(%(houses)s::bigint[]))
), {OWN_DELAY}, steps AS (
    SELECT seen.institution_id, seen.grp, sums.own, seen.ended_at,
        least(coalesce((SELECT min(s.at) FROM referrals_step AS s
            WHERE s.referral_id = seen.referral_id AND s.to_state = 'scheduled'), sums.first_at), seen.ended_at)
            AS booked_at,
        coalesce((SELECT r.sent_at FROM referrals_referral AS r WHERE r.id = seen.referral_id), seen.requested_at)
            AS asked_at
    FROM seen JOIN sums ON sums.visit = seen.id
), spans AS (
    SELECT institution_id, grp, 'booked' AS step, greatest(booked_at - asked_at, interval '0') AS span,
        interval '0' AS own FROM steps
    UNION ALL
    SELECT institution_id, grp, 'seen', greatest(ended_at - booked_at - own, interval '0'), own FROM steps
)
"""  # noqa: S608 (constants only)
BEDS = f"""
WITH RECURSIVE lain AS (
    SELECT s.*, {GROUP.format(row="s")} AS grp FROM stays_stay AS s
    WHERE s.kind = 'bed' AND s.state IN ('occupied', 'left') AND s.requested_at IS NOT NULL
        AND s.admitted_at = s.from_at AND s.admitted_at > %(since)s AND s.admitted_at <= %(at)s
        AND (%(everything)s OR s.institution_id = ANY(%(houses)s::bigint[]))
), chain AS (
    SELECT lain.id AS visit, lain.id, lain.replaces_id, lain.from_at, lain.made_at FROM lain
    UNION
    SELECT chain.visit, before.id, before.replaces_id, before.from_at, before.made_at
    FROM chain JOIN stays_stay AS before ON before.id = chain.replaces_id
), sums AS (
    SELECT visit, coalesce(sum(later) FILTER (WHERE later > interval '0'), interval '0') AS own FROM (
        SELECT chain.visit, chain.from_at - before.from_at AS later
        FROM chain JOIN stays_stay AS before ON before.id = chain.replaces_id AND before.reason = %(asked)s
    ) AS link GROUP BY visit
), spans AS (
    SELECT lain.institution_id, lain.grp, 'bed' AS step,
        greatest(lain.admitted_at - lain.requested_at - coalesce(sums.own, interval '0'), interval '0') AS span,
        coalesce(sums.own, interval '0') AS own
    FROM lain LEFT JOIN sums ON sums.visit = lain.id
)
"""  # noqa: S608 (constants only)
MEASURED = f"""
SELECT institution_id, step, grp, {MEASURES} FROM spans GROUP BY 1, 2, 3
"""  # noqa: S608 (constants only)


def green_channel(scope: Scope) -> list[HouseWaits]:
    """Every institution with visits or admissions in the 30 days before; where referred patients wait longest first."""
    found: dict[int, dict[tuple[Step, PatientGroup], Measured]] = {}
    for house, step, group, *measured in [*_rows(VISITS, scope), *_rows(BEDS, scope)]:
        found.setdefault(house, {})[(Step(step), PatientGroup(group))] = Measured.of(tuple(measured))
    waits = [HouseWaits(scope.network.nodes[house], steps) for house, steps in found.items()]
    return sorted(waits, key=lambda one: (not one.is_behind, -_longest(one.steps.values()), one.institution.code))


def bed_waits(institution_ids: Iterable[int], *, at: datetime) -> dict[int, Waits]:
    """Days from asking for a bed to lying in one; institutions without admissions are missing.

    For the choice of an institution.
    """
    found: dict[int, dict[PatientGroup, Measured]] = {}
    for house, _step, group, *measured in _rows(BEDS, Scope(at - WINDOW, at, at, frozenset(institution_ids))):
        found.setdefault(house, {})[PatientGroup(group)] = Measured.of(tuple(measured))
    return dict(found)


def _longest(steps: Iterable[Measured]) -> float:
    return max((one.days for one in steps), default=0)


def _rows(spans: str, scope: Scope) -> list[tuple[Any, ...]]:
    values: dict[str, Any] = {
        "since": scope.at - WINDOW, "oldest": scope.at - WINDOW - CHAIN, "at": scope.at,
        "everything": scope.institution_ids is None, "houses": sorted(scope.institution_ids or ()),
        "asked": PATIENT_ASKED,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(spans + MEASURED, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
