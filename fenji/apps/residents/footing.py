"""On what footing a person may see a resident: by an account of one's own or the family's, or by place of work."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from fenji.apps.accounts.models import User
from fenji.apps.common.rows import Rows
from fenji.apps.registry.models import Membership
from fenji.apps.registry.posts import houses_of_teams
from fenji.apps.residents import policies, queries
from fenji.apps.residents.models import CareRelation, CareRelationKind
from fenji.apps.residents.policies import PROXY, SELF

# The footing a reading is written down with when several would do: the closest first.
CLOSEST_FIRST = [SELF, PROXY, *CareRelationKind.values]


def closest(user: User, resident_id: UUID, at: datetime) -> CareRelation | None:
    """The closest footing on which `user` may see the person, by whichever of the person's rows, or None."""
    posts = queries.reading_posts(user, at)
    houses, teams = sorted({post.institution_id for post in posts}), _houses_of_teams(posts, at)
    values = {"user": user.pk, "resident": resident_id, "houses": houses, "teams": teams, "at": at}
    found = [one for one in RELATIONS.read(FOOTINGS, values) if _is_open_to(one, user, posts, teams)]
    return min(found, key=lambda relation: CLOSEST_FIRST.index(relation.kind), default=None)


def usable(user: User, at: datetime) -> QuerySet[CareRelation] | None:
    """The relations in force that `user` may use from the posts held, as a query; None for who holds no such post."""
    posts = queries.reading_posts(user, at)
    if not posts:
        return None
    houses, teams = {post.institution_id for post in posts}, _houses_of_teams(posts, at)
    held = Q(institution_id__in=houses)
    if teams:
        held |= Q(institution_id__in=teams, kind=CareRelationKind.CONTRACT)
    relations = standing(at).filter(held, Q(user=None) | Q(user=user))
    whole = {post.institution_id for post in posts if policies.covers_whole(post)}
    if whole >= houses:
        return relations
    departments = {post.department_id for post in posts}
    return relations.filter(Q(department=None) | Q(institution_id__in=whole) | Q(department_id__in=departments))


def standing(at: datetime) -> QuerySet[CareRelation]:
    """Relations in force at a time: from `from_at` on, before `until_at`."""
    return CareRelation.objects.filter(Q(until_at=None) | Q(until_at__gt=at), from_at__lte=at)


RELATIONS = Rows(CareRelation)
# What an account of one's own or the family's gives: a relation that is nowhere stored, field by field.
BY_ACCOUNT = {
    "id": "NULL", "resident": "account.resident_id", "institution": "NULL", "department": "NULL",
    "user": "account.user_id", "kind": f"CASE account.relation WHEN 'self' THEN '{SELF}' ELSE '{PROXY}' END",
    "cause_kind": "'account'", "cause_id": "account.id::text", "reason": "''", "from_at": "account.from_at",
    "until_at": "account.until_at", "resident_pinyin": "''",
}  # fmt: skip
# By the places of work, by contract with a team one belongs to from a village station, and by an account.
FOOTINGS = f"""
WITH person AS MATERIALIZED (SELECT ARRAY({queries.FAMILY}) AS rows)
SELECT {RELATIONS.columns} FROM {RELATIONS.tables}
WHERE this.resident_id = ANY((SELECT rows FROM person)::uuid[])
    AND (this.institution_id = ANY(%(houses)s)
        OR this.kind = '{CareRelationKind.CONTRACT}' AND this.institution_id = ANY(%(teams)s))
    AND this.from_at <= %(at)s AND (this.until_at IS NULL OR this.until_at > %(at)s)
UNION ALL
SELECT {", ".join(BY_ACCOUNT[one.name] for one in CareRelation._meta.concrete_fields)}
FROM residents_residentaccount AS account JOIN accounts_user ON accounts_user.id = account.user_id AND is_active
WHERE account.user_id = %(user)s AND account.resident_id = ANY((SELECT rows FROM person)::uuid[])
    AND account.from_at <= %(at)s AND (account.until_at IS NULL OR account.until_at > %(at)s)"""  # noqa: S608 (constants)


def _houses_of_teams(posts: list[Membership], at: datetime) -> list[int]:
    return houses_of_teams(posts, timezone.localdate(at))


def _is_open_to(relation: CareRelation, user: User, posts: list[Membership], teams: list[int]) -> bool:
    if relation.user_id is not None:
        return relation.user_id == user.pk
    if relation.kind == CareRelationKind.CONTRACT and relation.institution_id in teams:
        return True
    return any(
        post.institution_id == relation.institution_id and policies.covers(post, relation.department_id)
        for post in posts
    )
