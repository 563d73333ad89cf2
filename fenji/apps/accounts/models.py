"""Accounts: who can log in. What a person may do follows from `registry.Membership` and `residents.CareRelation`."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from fenji.kernel.roles import Office


class UserAccounts(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(username=username, **fields)
        user.set_password(password)  # None makes the account unable to log in
        user.save()
        return user


class User(AbstractBaseUser):
    """A person or a program. There is no superuser: administration is three separate offices."""

    username = models.CharField(max_length=60, unique=True)
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
    source_system = models.CharField(max_length=40, blank=True)
    source_code = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = UserAccounts()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source_system", "source_code"], condition=~models.Q(source_code=""), name="user_source_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ApiToken(models.Model):
    """A program's key to the API; only its hash is kept. What it may do follows from the program's one membership."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    token_hash = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=80)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
