"""What "free" means for a resource, once, as SQL: for the claim, for lists, for the count of free beds.

Free over [from, until): in use, its ward open, nothing living lies on it. A hold that ran out is nothing; a patient
who should have left and is still there keeps the bed for a while longer. `PERSON` adds whom it fits, `FOOTING` who may
reserve it.
"""

from datetime import datetime
from typing import Any

from fenji.apps.stays import rules
from fenji.apps.stays.policies import Footing, Person, Span

_WANTED = "tstzrange(%(from)s, %(until)s, '[)')"

TABLES = "stays_resource AS r JOIN stays_ward AS w ON w.id = r.ward_id"
OPEN = f"""(w.closed_from IS NULL OR NOT tstzrange(w.closed_from, w.closed_until, '[)') && {_WANTED})"""
_LAST_DAY = "((%(until)s - interval '1 second') AT TIME ZONE 'Asia/Shanghai')::date"
IN_USE = f"""r.used_from <= (%(from)s AT TIME ZONE 'Asia/Shanghai')::date
    AND (r.used_until IS NULL OR r.used_until > {_LAST_DAY})"""
LYING = """s.state IN ('held', 'reserved', 'occupied', 'cleaning', 'blocked')
    AND NOT (s.state = 'held' AND s.held_until <= %(at)s)
    AND s.from_at < %(until)s
    AND CASE s.state WHEN 'occupied' THEN greatest(s.until_at, %(overrun)s) ELSE s.until_at END > %(from)s"""
UNTAKEN = f"NOT EXISTS (SELECT FROM stays_stay AS s WHERE s.resource_id = r.id AND {LYING})"
HANDED = f"""EXISTS (SELECT FROM stays_handover AS h WHERE h.resource_id = r.id
    AND tstzrange(h.from_at, h.until_at, '[)') @> {_WANTED})"""
TOUCHED = f"""EXISTS (SELECT FROM stays_handover AS h WHERE h.resource_id = r.id
    AND tstzrange(h.from_at, h.until_at, '[)') && {_WANTED})"""
HANDED_NOW = """EXISTS (SELECT FROM stays_handover AS h WHERE h.resource_id = r.id
    AND tstzrange(h.from_at, h.until_at, '[)') @> %(at)s::timestamptz)"""
FOOTING = f"CASE WHEN %(platform)s THEN {HANDED} ELSE NOT {TOUCHED} END"
_SEX = "coalesce(nullif(r.sex, 0), w.sex)"
PERSON = f"""(r.kind <> 'bed' OR ({_SEX} IN (0, %(sex)s) AND r.is_isolation = %(isolation)s))"""

FREE = f"{IN_USE} AND {OPEN} AND {UNTAKEN}"


def values(span: Span, person: Person, footing: Footing, *, at: datetime) -> dict[str, Any]:
    """The parameters of all of the above."""
    return {
        "from": span.from_at, "until": span.until_at, "at": at, "overrun": at + rules.overrun(at), "sex": person.sex,
        "isolation": person.needs_isolation, "platform": footing is Footing.PLATFORM,
    }  # fmt: skip
