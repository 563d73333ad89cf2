"""On what footing a person may see a resident: by an account of one's own or the family's, or by place of work."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from fenji.apps.accounts.models import User
from fenji.apps.common.rows import Rows
from fenji.apps.registry.models import Membership
from fenji.apps.residents import policies, queries
from fenji.apps.residents.models import CareRelation, CareRelationKind
from fenji.apps.residents.policies import PROXY, SELF

# The footing a reading is written down with when several would do: the closest first.
CLOSEST_FIRST = [SELF, PROXY, *CareRelationKind.values]


def closest(user: User, resident_id: UUID, at: datetime) -> CareRelation | None:
    """The closest footing on which `user` may see the person, by whichever of the person's rows, or None."""
    posts = queries.reading_posts(user, at)
    houses = sorted({post.institution_id for post in posts})
    values = {"user": user.pk, "resident": resident_id, "houses": houses, "at": at}
    found = [one for one in RELATIONS.read(FOOTINGS, values) if _is_open_to(one, user, posts)]
    return min(found, key=lambda relation: CLOSEST_FIRST.index(relation.kind), default=None)


def usable(user: User, at: datetime) -> QuerySet[CareRelation] | None:
    """The relations in force that `user` may use from the posts held, as a query; None for who holds no such post."""
    posts = queries.reading_posts(user, at)
    if not posts:
        return None
    relations = standing(at).filter(Q(user=None) | Q(user=user), institution_id__in={p.institution_id for p in posts})
    whole = {post.institution_id for post in posts if policies.covers_whole(post)}
    if all(post.institution_id in whole for post in posts):
        return relations
    departments = {post.department_id for post in posts}
    return relations.filter(Q(department=None) | Q(institution_id__in=whole) | Q(department_id__in=departments))


def standing(at: datetime) -> QuerySet[CareRelation]:
    """Relations in force at a time: from `from_at` on, before `until_at`."""
    return CareRelation.objects.filter(Q(until_at=None) | Q(until_at__gt=at), from_at__lte=at)


RELATIONS = Rows(CareRelation)
# By an account of one's own or the family's (rows that are nowhere stored), and by the places of work.
FOOTINGS = f"""
WITH person AS MATERIALIZED (SELECT ARRAY({queries.FAMILY}) AS rows)
SELECT {RELATIONS.columns} FROM {RELATIONS.tables}
WHERE this.resident_id = ANY((SELECT rows FROM person)::uuid[]) AND this.institution_id = ANY(%(houses)s)
    AND this.from_at <= %(at)s AND (this.until_at IS NULL OR this.until_at > %(at)s)
UNION ALL
SELECT NULL, account.resident_id, NULL, NULL, account.user_id,
    CASE account.relation WHEN 'self' THEN '{SELF}' ELSE '{PROXY}' END, 'account', account.id::text, '',
    account.from_at, account.until_at, ''
FROM residents_residentaccount AS account JOIN accounts_user ON accounts_user.id = account.user_id AND is_active
WHERE account.user_id = %(user)s AND account.resident_id = ANY((SELECT rows FROM person)::uuid[])
    AND account.from_at <= %(at)s AND (account.until_at IS NULL OR account.until_at > %(at)s)"""  # noqa: S608 (constants)


def _is_open_to(relation: CareRelation, user: User, posts: list[Membership]) -> bool:
    if relation.user_id is not None:
        return relation.user_id == user.pk
    return any(
        post.institution_id == relation.institution_id and policies.covers(post, relation.department_id)
        for post in posts
    )
