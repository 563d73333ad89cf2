"""Who may log in with a password: people with an open account whose password is not an expired temporary one."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from fenji.apps.accounts.models import User
from fenji.apps.common import clock
from fenji.apps.common.rows import Rows

USERS = Rows(User)


class PasswordBackend(AuthenticationBackend):
    """Asked again at every request, so that a closed account's session ends at once."""

    def get_user(self, user_id: int) -> User | None:
        user = USERS.first("WHERE this.id = %(id)s", {"id": user_id})
        return user if user is not None and self.user_can_authenticate(user) else None

    def user_can_authenticate(self, user: Any) -> bool:
        if not user.is_active or user.is_program:
            return False
        return user.password_temporary_until is None or user.password_temporary_until > clock.now()
