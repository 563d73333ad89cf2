"""What the security administrator does to accounts, and what each person does to the own one.

`by=None` is the command line on the machine itself, which opens the first administrators' accounts. Every action is
one transaction and leaves one audit event.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from axes.utils import reset as forget_failures
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fenji.apps.accounts import errors, passwords, policies, queries
from fenji.apps.accounts.models import ApiToken, User, new_stamp
from fenji.apps.common import audit, clock, request_memory
from fenji.apps.common.errors import Invalid
from fenji.kernel.pinyin import syllables
from fenji.kernel.roles import Office

TOKEN_FOR = timedelta(days=365)


@transaction.atomic
def create_person(
    *,
    username: str,
    name: str,
    by: User | None,
    title: str = "",
    licence: str = "",
    phone: str = "",
    email: str = "",
) -> tuple[User, str]:
    """Open a person's account; returns it with the temporary password, which is shown this once.

    Raises UsernameTaken, Invalid for an empty name or a username with blanks.
    """
    policies.check_may("create_person", by)
    at, password = clock.now(), passwords.temporary_password()
    user = _insert(
        username,
        name,
        password=password,
        title=title,
        licence=licence,
        phone=phone,
        email=email,
        password_temporary_until=at + passwords.TEMPORARY_FOR,
    )
    audit.record("account.create", user, by=by, at=at)
    return user, password


@transaction.atomic
def create_program(*, username: str, name: str, by: User | None) -> User:
    """Open a program's account. It has no password; `issue_token` gives it a key."""
    policies.check_may("create_program", by)
    user = _insert(username, name, password=None, is_program=True)
    audit.record("account.create_program", user, by=by)
    return user


@transaction.atomic
def disable(user_id: int, *, reason: str, by: User | None) -> User:
    """Close an account: its sessions and tokens end with this transaction."""
    policies.check_may_on("disable", user_id, by)
    at, user = clock.now(), _lock_keeping_an_administrator(user_id)
    user.is_active, user.session_stamp = False, new_stamp()
    user.save(update_fields=["is_active", "session_stamp"])
    ApiToken.objects.filter(user=user, revoked_at=None).update(revoked_at=at)
    request_memory.forget()
    audit.record("account.disable", user, by=by, at=at, reason=reason)
    return user


@transaction.atomic
def enable(user_id: int, *, by: User | None) -> User:
    """Open a closed account again; its tokens stay revoked."""
    policies.check_may_on("enable", user_id, by)
    user = queries.lock(user_id)
    user.is_active = True
    user.save(update_fields=["is_active"])
    request_memory.forget()
    audit.record("account.enable", user, by=by)
    return user


@transaction.atomic
def set_password(user_id: int, *, by: User | None) -> str:
    """Give a temporary password, to be changed at the next login; ends all sessions. Returns it, to be told once."""
    policies.check_may_on("reset_password", user_id, by)
    at, user, password = clock.now(), _lock_person(user_id), passwords.temporary_password()
    user.set_password(password)
    user.password_temporary_until = at + passwords.TEMPORARY_FOR
    user.save(update_fields=["password", "password_temporary_until"])
    audit.record("account.reset_password", user, by=by, at=at)
    return password


@transaction.atomic
def change_own_password(password: str, *, by: User) -> User:
    """Set the own password; every session ends but the one that is renewed by the page. Raises WeakPassword."""
    user = _lock_person(by.pk)
    passwords.check_strength(password, user)
    user.set_password(password)
    user.password_temporary_until = None
    user.save(update_fields=["password", "password_temporary_until"])
    audit.record("account.change_password", user, by=by)
    return user


@transaction.atomic
def give_office(user_id: int, office: Office, *, by: User | None) -> User:
    """Make someone system, security or audit administrator. Raises OfficeTaken, HasPosts, IsProgram, NotOnSelf."""
    policies.check_may_on("give_office", user_id, by)
    if office is Office.NONE:
        raise Invalid(fields={"office": str(office)})
    at, user = clock.now(), _lock_person(user_id)
    if user.office and user.office != office:
        raise errors.OfficeTaken
    today = timezone.localdate(at)
    if user.memberships.exclude(valid_until__lte=today).exists() or user.resident_accounts.exists():
        raise errors.HasPosts
    user.office = office
    user.save(update_fields=["office"])
    audit.record("account.give_office", user, by=by, at=at, details={"office": office.value})
    return user


@transaction.atomic
def take_office(user_id: int, *, by: User | None) -> User:
    """End an administrator's office and sessions."""
    policies.check_may_on("take_office", user_id, by)
    user = _lock_keeping_an_administrator(user_id)
    former, user.office, user.session_stamp = user.office, Office.NONE.value, new_stamp()
    user.save(update_fields=["office", "session_stamp"])
    audit.record("account.take_office", user, by=by, details={"office": former})
    return user


@transaction.atomic
def unlock(user_id: int, *, by: User | None) -> User:
    """Forget the failed logins of an account, so that it may try again at once."""
    policies.check_may_on("unlock", user_id, by)
    user = queries.get(user_id)
    forget_failures(username=user.username)
    audit.record("account.unlock", user, by=by)
    return user


@transaction.atomic
def reset_second_factor(user_id: int, *, by: User | None) -> User:
    """For a lost telephone: the person enrols again at the next login; ends all sessions."""
    policies.check_may_on("reset_second_factor", user_id, by)
    user = _lock_person(user_id)
    Authenticator.objects.filter(user=user).delete()
    user.session_stamp = new_stamp()
    user.save(update_fields=["session_stamp"])
    audit.record("account.reset_second_factor", user, by=by)
    return user


@transaction.atomic
def issue_token(
    user_id: int, label: str, *, by: User | None, expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """A program's key, 256 random bits; returned here and never again. Valid a year unless `expires_at` says less."""
    policies.check_may_on("issue_token", user_id, by)
    at, user, secret = clock.now(), queries.lock(user_id), "fenji_" + secrets.token_urlsafe(32)
    if not user.is_program or not user.is_active:
        raise errors.IsNotProgram
    latest = at + TOKEN_FOR
    token = ApiToken.objects.create(
        user=user,
        token_hash=queries.hash_of(secret),
        label=label.strip()[:80] or user.name,
        created_at=at,
        expires_at=min(expires_at or latest, latest),
    )
    audit.record("account.issue_token", user, by=by, at=at, details={"token": token.pk, "label": token.label})
    return token, secret


@transaction.atomic
def revoke_token(token_id: int, *, by: User | None) -> ApiToken:
    """End a token at once; revoking twice changes nothing."""
    policies.check_may("revoke_token", by)
    token = ApiToken.objects.select_for_update().select_related("user").filter(pk=token_id).first()
    if token is None:
        raise errors.IsNotProgram
    if token.revoked_at is None:
        token.revoked_at = clock.now()
        token.save(update_fields=["revoked_at"])
        audit.record("account.revoke_token", token.user, by=by, details={"token": token.pk})
    return token


@transaction.atomic
def end_sessions(*, by: User) -> None:
    """Log out everywhere. Every session carries the stamp and is void once it changes."""
    User.objects.filter(pk=by.pk).update(session_stamp=new_stamp())
    audit.record("account.logout", by, by=by)


@transaction.atomic
def change_own_profile(*, phone: str, email: str, large_print: bool, by: User) -> User:
    """Work telephone, e-mail and large print; name, title and licence are the security administrator's."""
    user = queries.lock(by.pk)
    user.phone, user.email, user.large_print = phone, email, large_print
    user.save(update_fields=["phone", "email", "large_print"])
    audit.record("account.change_profile", user, by=by)
    return user


def remember_post(post_id: int, *, by: User) -> None:
    """The post one chose to act from is the one the next session begins with. Nothing of anybody else's changes."""
    User.objects.filter(pk=by.pk).update(last_post_id=post_id)


def _insert(username: str, name: str, **fields: Any) -> User:
    username, name = username.strip(), name.strip()
    if not name:
        raise Invalid(fields={"name": _("姓名不能为空。")})
    if not username or any(sign.isspace() for sign in username):
        raise Invalid(fields={"username": _("用户名不能为空，也不能含有空格。")})
    pinyin = " ".join(syllables(name)).lower()
    try:
        with transaction.atomic():
            return User.objects.create_user(username, name=name, name_pinyin=pinyin, **fields)
    except IntegrityError as error:
        if "username" in str(error):
            raise errors.UsernameTaken from None
        raise


def _lock_person(user_id: int) -> User:
    user = queries.lock(user_id)
    if user.is_program:
        raise errors.IsProgram
    return user


def _lock_keeping_an_administrator(user_id: int) -> User:
    """Lock the account; raise errors.LastAdministrator if it is the last security administrator in use.

    All of them are locked in one order, so that two who remove each other at the same moment cannot both succeed.
    """
    security = User.objects.select_for_update().filter(office=Office.SECURITY, is_active=True).order_by("pk")
    if [user.pk for user in security] == [user_id]:
        raise errors.LastAdministrator
    return queries.lock(user_id)
