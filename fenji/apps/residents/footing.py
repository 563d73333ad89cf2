"""On what footing a person may see a resident: by an account of one's own or the family's, or by place of work."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from fenji.apps.accounts.models import User
from fenji.apps.registry.models import Membership
from fenji.apps.residents import policies, queries
from fenji.apps.residents.models import CareRelation, CareRelationKind, ResidentAccount
from fenji.apps.residents.policies import PROXY, SELF

# The footing a reading is written down with when several would do: the closest first.
CLOSEST_FIRST = [SELF, PROXY, *CareRelationKind.values]


def closest(user: User, rows: list[UUID], at: datetime) -> CareRelation | None:
    """The closest footing on which `user` may see the person whose rows these are, or None."""
    found = [*_by_account(user, rows, at), *_by_work(user, rows, at)]
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


def _by_account(user: User, rows: list[UUID], at: datetime) -> list[CareRelation]:
    accounts = ResidentAccount.objects.filter(user=user, user__is_active=True, resident_id__in=rows, from_at__lte=at)
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
        for account in accounts.filter(Q(until_at=None) | Q(until_at__gt=at))
    ]


def _by_work(user: User, rows: list[UUID], at: datetime) -> list[CareRelation]:
    posts = queries.reading_posts(user, at)
    if not posts:
        return []
    relations = standing(at).filter(resident_id__in=rows, institution_id__in={post.institution_id for post in posts})
    return [relation for relation in relations if _is_open_to(relation, user, posts)]


def _is_open_to(relation: CareRelation, user: User, posts: list[Membership]) -> bool:
    if relation.user_id is not None:
        return relation.user_id == user.pk
    return any(
        post.institution_id == relation.institution_id and policies.covers(post, relation.department_id)
        for post in posts
    )
