"""People from another system's list: opened the first time, updated the next, known by that system's code."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fenji.apps.accounts import policies
from fenji.apps.accounts.errors import UsernameTaken
from fenji.apps.accounts.models import User
from fenji.apps.common import audit
from fenji.apps.common.errors import Invalid
from fenji.kernel.pinyin import syllables


@transaction.atomic
def import_person(
    *, system: str, code: str, username: str, name: str, by: User | None, title: str = "", licence: str = "",
    phone: str = "",
) -> tuple[User, bool, bool]:  # fmt: skip
    """The account of a row, whether it is new, whether it was changed. A new one has no password yet.

    An empty field leaves what is kept; the username never changes. Raises UsernameTaken, Invalid, NotYourOffice.
    """
    policies.check_may("create_person", by)
    username = username.strip().lower()
    if not username or any(sign.isspace() for sign in username):
        raise Invalid(fields={"username": _("用户名不能为空，也不能含有空格。")})
    user = User.objects.select_for_update().filter(source_system=system, source_code=code).first()
    if user is None:
        user = _open(User(username=username, source_system=system, source_code=code), name, title, licence, phone)
        audit.record("account.create", user, by=by, details={"system": system})
        return user, True, False
    if user.username != username:
        raise Invalid(fields={"username": _("这个工号的用户名已经是另一个，建好后不能更改。")})
    told = {"name": name, "title": title, "licence": licence, "phone": phone}
    changed = {field: value for field, value in told.items() if value and getattr(user, field) != value}
    if changed:
        _fill(user, {**changed})
        user.save(update_fields=[*changed, "name_pinyin"])
        audit.record("account.change_profile", user, by=by, details={"fields": sorted(changed), "system": system})
    return user, False, bool(changed)


def _open(user: User, name: str, title: str, licence: str, phone: str) -> User:
    _fill(user, {"name": name, "title": title, "licence": licence, "phone": phone})
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        if "username" in str(error):
            raise UsernameTaken from None
        raise
    return user


def _fill(user: User, fields: dict[str, str]) -> None:
    for field, value in fields.items():
        setattr(user, field, value)
    user.name_pinyin = " ".join(syllables(user.name)).lower()
