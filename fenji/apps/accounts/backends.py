"""Who may log in with a password: people with an open account whose password is not an expired temporary one."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from fenji.apps.common import clock


class PasswordBackend(AuthenticationBackend):
    """Asked again at every request, so that a closed account's session ends at once."""

    def user_can_authenticate(self, user: Any) -> bool:
        if not user.is_active or user.is_program:
            return False
        return user.password_temporary_until is None or user.password_temporary_until > clock.now()
