"""Accounts: who can log in. What a person may do follows from `registry.Membership` and `residents.CareRelation`."""

import secrets

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from fenji.kernel.roles import Office


def new_stamp() -> str:
    return secrets.token_hex(16)


class UserAccounts(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(username=username.lower(), **fields)
        user.set_password(password)  # None makes the account unable to log in
        user.save()
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username=(username or "").lower())


class User(AbstractBaseUser):
    """A person or a program. There is no superuser: administration is three separate offices."""

    username = models.CharField(max_length=60, unique=True)  # always in lower case, so that two never look alike
    name = models.CharField(max_length=80)
    name_pinyin = models.CharField(max_length=160, blank=True)
    title = models.CharField(max_length=40, blank=True)  # 职称
    licence = models.CharField(max_length=40, blank=True)  # 执业证书编码
    phone = models.CharField(max_length=30, blank=True)  # work telephone
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)
    is_demonstration = models.BooleanField(default=False)
    is_program = models.BooleanField(default=False)  # logs in by token only
    office = models.CharField(max_length=10, blank=True, choices=[(o.value, o.name) for o in Office])
    large_print = models.BooleanField(default=False)
    last_post_id = models.BigIntegerField(null=True)  # registry.Membership the person last chose to act from
    source_system = models.CharField(max_length=40, blank=True)
    source_code = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    password_temporary_until = models.DateTimeField(null=True)  # set: must be changed at login, void after this
    session_stamp = models.CharField(max_length=32, default=new_stamp)  # a new one ends every session

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = UserAccounts()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source_system", "source_code"], condition=~models.Q(source_code=""), name="user_source_once"
            ),
            models.CheckConstraint(condition=models.Q(username=Lower("username")), name="username_in_lower_case"),
            models.CheckConstraint(condition=models.Q(office__in=list(Office)), name="office_is_known"),
            models.CheckConstraint(
                # "!" begins an unusable password (django.contrib.auth.hashers)
                condition=models.Q(is_program=False) | models.Q(office="", password__startswith="!"),  # noqa: S106
                name="program_has_no_password_and_no_office",
            ),
        ]
        indexes = [
            models.Index(fields=["name"], name="user_name", opclasses=["text_pattern_ops"]),
            models.Index(fields=["name_pinyin"], name="user_pinyin", opclasses=["text_pattern_ops"]),
            models.Index(fields=["office"], condition=~models.Q(office=""), name="user_office"),
        ]

    def __str__(self) -> str:
        return self.name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must carry to go on: a new password or a new stamp ends it at its next request."""
        value = self.password + self.session_stamp
        return salted_hmac("fenji.accounts.session", value, secret=secret, algorithm="sha256").hexdigest()


class ApiToken(models.Model):
    """A program's key to the API; only its hash is kept. What it may do follows from the program's one membership."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    token_hash = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=80)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)  # to the minute

    def __str__(self) -> str:
        return self.label


class WrongTry(models.Model):
    """A wrong answer to a question that anybody may be asked without logging in, kept for a day."""

    what = models.CharField(max_length=20)  # which question
    address = models.CharField(max_length=45)  # of the network, from where it came
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["what", "address", "at"], name="wrong_try"), models.Index(fields=["at"])]

    def __str__(self) -> str:
        return f"{self.what} {self.at:%Y-%m-%d %H:%M}"
