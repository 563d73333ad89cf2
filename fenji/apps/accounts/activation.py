"""Accounts of residents: opened with an activation code, closed again. Who may do it is `residents`' to say.

The code is a temporary password: told or printed once, to be changed at the first login, void after three days.
"""

from datetime import datetime

from axes.utils import reset as forget_failures

from fenji.apps.accounts import passwords
from fenji.apps.accounts.errors import UsernameTaken
from fenji.apps.accounts.models import User, new_stamp
from fenji.kernel.pinyin import syllables


def open_with_code(username: str, name: str, *, at: datetime) -> tuple[User, str]:
    """A resident's account under this name, new or opened again, with its code; older sessions of it end.

    Raises UsernameTaken when the name is a member of staff's, an administrator's or a program's.
    """
    user = User.objects.select_for_update().filter(username=username.lower()).first()
    if user is None:
        user = User.objects.create_user(username, name=name, name_pinyin=" ".join(syllables(name)).lower())
    elif user.office or user.is_program or user.is_demonstration or user.memberships.exists():
        raise UsernameTaken
    code = passwords.temporary_password()
    user.set_password(code)
    user.is_active, user.session_stamp = True, new_stamp()
    user.password_temporary_until = at + passwords.TEMPORARY_FOR
    user.save(update_fields=["password", "is_active", "session_stamp", "password_temporary_until"])
    forget_failures(username=user.username)
    return user, code


def close(user: User) -> None:
    """Nobody can log in with it any more; its sessions end."""
    user.is_active, user.session_stamp = False, new_stamp()
    user.save(update_fields=["is_active", "session_stamp"])
