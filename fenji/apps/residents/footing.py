"""On what footing a person may see a resident: by an account of one's own or the family's, or by place of work."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from fenji.apps.accounts.models import User
from fenji.apps.common.rows import Rows
from fenji.apps.registry.models import Membership
from fenji.apps.residents import policies, queries
from fenji.apps.residents.models import CareRelation, CareRelationKind, ResidentAccount
from fenji.apps.residents.policies import PROXY, SELF

# The footing a reading is written down with when several would do: the closest first.
CLOSEST_FIRST = [SELF, PROXY, *CareRelationKind.values]


def closest(user: User, resident_id: UUID, at: datetime) -> CareRelation | None:
    """The closest footing on which `user` may see the person, by whichever of the person's rows, or None."""
    found = [*_by_account(user, resident_id, at), *_by_work(user, resident_id, at)]
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


def _by_account(user: User, resident_id: UUID, at: datetime) -> list[CareRelation]:
    accounts = ACCOUNTS.select(ACCOUNTS_OF, {"user": user.pk, "resident": resident_id, "at": at})
    return [
        CareRelation(
            resident_id=account.resident_id,
            user=user,
            kind=SELF if account.relation == "self" else PROXY,
            cause_kind="account",
            cause_id=str(account.pk),
            from_at=account.from_at,
            until_at=account.until_at,
        )
        for account in accounts
    ]


ACCOUNTS = Rows(ResidentAccount)
ACCOUNTS_OF = f"""
WHERE this.user_id = %(user)s AND this.resident_id = ANY(ARRAY({queries.FAMILY})) AND this.from_at <= %(at)s
    AND (this.until_at IS NULL OR this.until_at > %(at)s)
    AND EXISTS (SELECT FROM accounts_user WHERE id = this.user_id AND is_active)"""


def _by_work(user: User, resident_id: UUID, at: datetime) -> list[CareRelation]:
    posts = queries.reading_posts(user, at)
    if not posts:
        return []
    houses = sorted({post.institution_id for post in posts})
    relations = RELATIONS.select(RELATIONS_OF, {"resident": resident_id, "houses": houses, "at": at})
    return [relation for relation in relations if _is_open_to(relation, user, posts)]


RELATIONS = Rows(CareRelation)
RELATIONS_OF = f"""
WHERE this.resident_id = ANY(ARRAY({queries.FAMILY})) AND this.institution_id = ANY(%(houses)s)
    AND this.from_at <= %(at)s AND (this.until_at IS NULL OR this.until_at > %(at)s)"""


def _is_open_to(relation: CareRelation, user: User, posts: list[Membership]) -> bool:
    if relation.user_id is not None:
        return relation.user_id == user.pk
    return any(
        post.institution_id == relation.institution_id and policies.covers(post, relation.department_id)
        for post in posts
    )
