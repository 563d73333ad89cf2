"""Which resident a row stands for, and from which posts a person may look at residents."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from fenji.apps.accounts.models import User
from fenji.apps.common.errors import NotFound
from fenji.apps.registry import posts
from fenji.apps.registry.models import Membership
from fenji.apps.residents.models import Resident
from fenji.apps.residents.policies import READING_ROLES


def resolve(resident_id: UUID) -> Resident:
    """The resident a row stands for: itself, or the one it was merged into. Raises NotFound."""
    resident = Resident.objects.select_related("merged_into", "town").filter(pk=resident_id).first()
    if resident is None:
        raise NotFound
    return resident.merged_into or resident  # a link is one step long: see actions.merge


def family_of_ids(resident_id: UUID) -> list[UUID]:
    """Ids of every row of the same person, the kept one first: ask other tables for rows of any of these."""
    kept = Resident.objects.filter(pk=resident_id).values_list("merged_into_id", flat=True).first() or resident_id
    merged = Resident.objects.filter(merged_into_id=kept).order_by("created_at", "id")
    return [kept, *merged.values_list("id", flat=True)]


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
