"""Passwords: made for a first login, checked before they are kept."""

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from fenji.apps.accounts.errors import WeakPassword

if TYPE_CHECKING:
    from fenji.apps.accounts.models import User

# Told by telephone or on paper: nothing that is mistaken for another (0 O, 1 l I).
READABLE = "abcdefghjkmnpqrstuvwxyz23456789"
TEMPORARY_FOR = timedelta(hours=72)  # over a weekend


def temporary_password() -> str:
    """Four groups of four, 79 bits: "k7mq-…"."""
    return "-".join("".join(secrets.choice(READABLE) for _ in range(4)) for _ in range(4))


def check_strength(password: str, user: "User") -> None:
    """Raise WeakPassword with the reasons of the validators in the settings."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise WeakPassword(" ".join(error.messages), fields={"password": " ".join(error.messages)}) from None
