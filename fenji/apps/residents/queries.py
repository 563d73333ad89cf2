"""Which resident a row stands for, from which posts a person may look, and what a resident may know of that."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from fenji.apps.accounts.models import User
from fenji.apps.common.errors import NotFound
from fenji.apps.common.models import AuditEvent
from fenji.apps.common.rows import Rows
from fenji.apps.registry import posts
from fenji.apps.registry.models import Institution, Membership
from fenji.apps.residents.models import CareRelation, Merge, Resident, ResidentAccount
from fenji.apps.residents.policies import OWN_FOOTING, READING_ROLES

# What in the audit trail is somebody looking at a resident's data.
LOOKS = ("resident.read", "resident.found", "resident.visit", "resident.emergency_access", "referral.read")
OWN_LOOKS = (*OWN_FOOTING, "referral:resident")  # by the account itself, on the person's page or a referral's
LOOKS_A_PAGE = 30


@dataclass(frozen=True)
class Look:
    """Somebody looked at a resident's data: when, from which institution, on which footing, for what."""

    at: datetime
    institution: Institution | None
    who: str
    verb: str
    relation: str
    purpose: str
    reason: str


def resolve(resident_id: UUID) -> Resident:
    """The resident a row stands for: itself, or the one it was merged into. Raises NotFound."""
    resident = RESIDENTS.first("WHERE this.id = %(id)s", {"id": resident_id})
    if resident is None:
        raise NotFound
    return resident.merged_into or resident  # a link is one step long: see actions.merge


RESIDENTS = Rows(Resident, "merged_into", "town")


def family_of_ids(resident_id: UUID) -> list[UUID]:
    """Ids of every row of the same person, the kept one first: ask other tables for rows of any of these."""
    with connection.cursor() as cursor:
        cursor.execute(f"{FAMILY} ORDER BY created_at, id", {"resident": resident_id})
        return [row for (row,) in cursor.fetchall()] or [resident_id]


# The same as a condition of other tables' statements: `resident_id = ANY(ARRAY({FAMILY}))`. A link is one step long,
# see actions.merge; two index look-ups, where an OR over both columns would read the table.
FAMILY = """
WITH kept AS (SELECT coalesce(merged_into_id, id) AS id FROM residents_resident WHERE id = %(resident)s), person AS (
    SELECT kept.id, '-infinity'::timestamptz AS created_at FROM kept
    UNION ALL
    SELECT merged.id, merged.created_at FROM residents_resident AS merged JOIN kept ON merged_into_id = kept.id
) SELECT id FROM person"""


def reading_posts(user: User, at: datetime) -> list[Membership]:
    """The posts, held at the time, from which the person may look at residents in relation to the institution.

    An administrator has none, whatever posts stand in the register: administrators see no patients.
    """
    if user.office:
        return []
    return [post for post in posts.posts_of(user, timezone.localdate(at)) if post.role in READING_ROLES]


def institutions_of(user: User, at: datetime) -> list[int]:
    """Ids of the institutions the person may look from."""
    return sorted({post.institution_id for post in reading_posts(user, at)})


def who_may_see(resident_id: UUID, at: datetime) -> list[CareRelation]:
    """The relations in force to any row of the person, the latest first."""
    standing = CareRelation.objects.filter(Q(until_at=None) | Q(until_at__gt=at), from_at__lte=at)
    found = standing.filter(resident_id__in=family_of_ids(resident_id)).select_related(
        "institution", "department", "user"
    )
    return list(found.order_by("-from_at", "-id"))


def who_looked(resident_id: UUID, page: int = 1) -> tuple[list[Look], bool]:
    """Who looked at the person's data, the latest first, and whether there are more; one's own looks are left out."""
    start = (max(page, 1) - 1) * LOOKS_A_PAGE
    events = AuditEvent.objects.filter(resident_id__in=family_of_ids(resident_id), verb__in=LOOKS)
    found = list(events.exclude(relation__in=OWN_LOOKS).order_by("-at", "-id")[start : start + LOOKS_A_PAGE + 1])
    houses = Institution.objects.in_bulk([event.institution_id for event in found if event.institution_id])
    return [_look(event, houses) for event in found[:LOOKS_A_PAGE]], len(found) > LOOKS_A_PAGE


def merges_of(resident_id: UUID) -> list[Merge]:
    """The merges that stand and made the person's rows one, the latest first."""
    found = Merge.objects.filter(merged_id__in=family_of_ids(resident_id), undone_at=None)
    return list(found.select_related("kept", "merged", "by").order_by("-at", "-id"))


def merge_numbered(merge_id: int) -> Merge:
    """One merge, standing or undone; raises NotFound."""
    made = Merge.objects.filter(pk=merge_id).select_related("kept", "merged", "by").first()
    if made is None:
        raise NotFound
    return made


def newborns_of(resident: Resident) -> list[Resident]:
    """Children known by this mother, the youngest first."""
    return list(Resident.objects.filter(mother=resident, merged_into=None).order_by("-birth_date", "id"))


def residents_of_account(user: User, at: datetime) -> list[ResidentAccount]:
    """Whose pages an account opens: the own first, then the family's by pinyin."""
    accounts = ResidentAccount.objects.filter(Q(until_at=None) | Q(until_at__gt=at), user=user, from_at__lte=at)
    found = list(accounts.select_related("resident", "resident__merged_into").order_by("resident__name_pinyin", "id"))
    return sorted(found, key=lambda account: account.relation != "self")


def _look(event: AuditEvent, houses: dict[int, Institution]) -> Look:
    return Look(
        at=event.at,
        institution=houses.get(event.institution_id or 0),
        who=event.actor_name,
        verb=event.verb,
        relation=event.relation,
        purpose=str(event.details.get("purpose", "")),
        reason=event.reason,
    )
