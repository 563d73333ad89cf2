"""Accounts as administrators and the API look for them."""

import hashlib
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from fenji.apps.accounts import policies
from fenji.apps.accounts.errors import NoSuchAccount
from fenji.apps.accounts.models import ApiToken, User

USED_WITHIN = timedelta(minutes=1)  # `last_used_at` is written at most this often


def people(words: str = "", *, by: User | None) -> QuerySet[User]:
    """Accounts of staff, administrators and programs, whose name, pinyin or username begins with `words`.

    Residents' accounts are not listed: administrators see no patients. One is found by its whole username.
    """
    policies.check_may("see_people", by)
    works_here = Q(resident_accounts__isnull=True) | Q(memberships__isnull=False) | ~Q(office="")
    if not (words := words.strip()):
        return _ordered(User.objects.filter(works_here))
    low = words.lower()
    begins = Q(name__startswith=words) | Q(name_pinyin__startswith=low) | Q(username__startswith=low)
    return _ordered(User.objects.filter((works_here & begins) | Q(username=low)))


def person(user_id: int, *, by: User | None) -> User:
    policies.check_may("see_people", by)
    return get(user_id)


def get(user_id: int) -> User:
    try:
        return User.objects.get(pk=user_id)
    except User.DoesNotExist:
        raise NoSuchAccount from None


def lock(user_id: int) -> User:
    """The account, locked until the transaction ends."""
    try:
        return User.objects.select_for_update().get(pk=user_id)
    except User.DoesNotExist:
        raise NoSuchAccount from None


def is_residents_only(user: User) -> bool:
    """An account that opens residents' pages and nothing else."""
    return not user.office and not user.memberships.exists() and user.resident_accounts.exists()


def hash_of(secret: str) -> str:
    """What is kept of a token. 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def user_by_token(secret: str, *, at: datetime) -> User | None:
    """The program a token stands for, or None if it is unknown, revoked, expired or its account disabled."""
    token = (
        ApiToken.objects.select_related("user")
        .filter(token_hash=hash_of(secret), revoked_at=None, user__is_active=True, user__is_program=True)
        .exclude(expires_at__lte=at)
        .first()
    )
    if token is None:
        return None
    if token.last_used_at is None or at - token.last_used_at >= USED_WITHIN:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=at)
    return token.user


def tokens_of(user: User, *, by: User | None) -> QuerySet[ApiToken]:
    policies.check_may("see_people", by)
    return ApiToken.objects.filter(user=user).order_by("-created_at")


def demonstration_accounts() -> QuerySet[User]:
    return User.objects.filter(is_demonstration=True, is_active=True, is_program=False).order_by("pk")


def _ordered(users: QuerySet[User]) -> QuerySet[User]:
    return users.distinct().order_by("name_pinyin", "username")
