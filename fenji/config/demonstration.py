"""The demonstration's logins: people of the invented network whom everybody may play."""

from collections.abc import Callable

from django.contrib.auth.hashers import make_password
from django.db import transaction
from pypinyin import lazy_pinyin

from fenji.apps.accounts.models import User
from fenji.apps.common import clock
from fenji.apps.contracts.models import Contract
from fenji.apps.registry.models import Membership
from fenji.apps.residents.models import Resident, ResidentAccount
from fenji.config.content import TooFewResidents
from fenji.config.demonstration_accounts import LOGINS, PASSWORD, TOWNSHIP, Login
from fenji.kernel.roles import Role

Report = Callable[[int, int], None]
BORN_IN = range(1955, 1965)  # the resident of the story is in their sixties
PARENTS_BORN_IN = range(1930, 1945)


@transaction.atomic
def make_accounts(report: Report) -> None:
    """Give every login of the list its account; run again it mends what differs."""
    password = make_password(PASSWORD)
    for count, login in enumerate(LOGINS, 1):
        user = _person(login)
        user.username, user.is_demonstration, user.is_active = login.username, True, True
        user.password, user.password_temporary_until = password, None
        user.save()
        report(count, len(LOGINS))
    played = User.objects.get(username="resident")
    ResidentAccount.objects.get_or_create(
        user=played, resident=story_resident(), defaults={"from_at": clock.now(), "relation": "self"}
    )
    ResidentAccount.objects.get_or_create(
        user=played, relation="parent", defaults={"from_at": clock.now(), "resident": _parent()}
    )


def _person(login: Login) -> User:
    known = User.objects.filter(username=login.username).first()
    if known:
        return known
    if login.role:
        return _member(login, login.role)
    name = login.name or story_resident().name
    return User(name=name, name_pinyin=" ".join(lazy_pinyin(name)), office=login.office.value)


def _member(login: Login, role: Role) -> User:
    """Whoever holds the post: who played it before a load of the city took the user name back, else the first."""
    posts = Membership.objects.filter(institution__code=login.institution, role=role.value, valid_until=None)
    if login.department:
        posts = posts.filter(department__code=login.department)
    taken = [other.username for other in LOGINS]
    return posts.exclude(user__username__in=taken).order_by("-user__is_demonstration", "user__source_code")[0].user


def story_resident() -> Resident:
    """Somebody in their sixties who signed with a team of the township: the first by card number."""
    played = ResidentAccount.objects.filter(user__username="resident", relation="self").first()
    if played:
        return played.resident
    return _signed(BORN_IN)


def _parent() -> Resident:
    """For whom the resident of the story acts as well."""
    return _signed(PARENTS_BORN_IN)


def _signed(born_in: range) -> Resident:
    """Who signed with a team of the township, born in these years: the first by card number; in a small demonstration,
    where nobody was, the oldest. Raises TooFewResidents where nobody signed at all.
    """
    signed = Contract.objects.filter(team__institution__code=TOWNSHIP, ended_reason="").values("resident")
    found = Resident.objects.filter(pk__in=signed, accounts=None, merged_into=None, is_deceased=False)
    wanted = found.filter(birth_date__year__in=born_in).order_by("card_number").first()
    resident = wanted or found.order_by("birth_date", "card_number").first()
    if resident is None:
        raise TooFewResidents
    return resident
