"""The demonstration's people: one login per role, and the resident whose story is walked."""

from collections.abc import Callable
from datetime import date, datetime

from pypinyin import lazy_pinyin

from fenji.apps.accounts.models import User
from fenji.apps.common import clock
from fenji.apps.registry.models import Department, Institution, Membership, ServiceArea, Team
from fenji.apps.residents.models import Resident, ResidentAccount
from fenji.config.demonstration_accounts import LOGINS, PASSWORD, TOWNSHIP, Login

Report = Callable[[int, int], None]
BORN = (date(1955, 1, 1), date(1965, 1, 1))  # the resident of the story is in their sixties


def make_accounts(report: Report) -> None:
    """Make or mend every demonstration account; run again it changes nothing that is right."""
    at = clock.now()
    for count, login in enumerate(LOGINS, 1):
        user = _account(login)
        if login.role is not None:
            _post(user, login, at)
        report(count, len(LOGINS))
    _team()


def _account(login: Login) -> User:
    resident = None if login.role or login.office else story_resident()
    name = resident.name if resident else login.name
    user = User.objects.filter(username=login.username).first()
    if user is None:
        user = User.objects.create_user(login.username, PASSWORD, name=name, is_demonstration=True)
    user.name, user.name_pinyin = name, " ".join(lazy_pinyin(name))
    user.title, user.office = login.title, login.office.value
    user.save()
    if resident:
        ResidentAccount.objects.get_or_create(user=user, resident=resident, defaults={"from_at": clock.now()})
    return user


def story_resident() -> Resident:
    """Somebody in their sixties of the township whose doctor tells the story: the one whose card comes first."""
    towns = ServiceArea.objects.filter(institution__code=TOWNSHIP).values("region")
    found = Resident.objects.filter(town__in=towns, birth_date__range=BORN, merged_into=None, is_deceased=False)
    return found.order_by("card_number")[0]


def _post(user: User, login: Login, at: datetime) -> None:
    institution = Institution.objects.get(code=login.institution)
    department = Department.objects.get(institution=institution, code=login.department) if login.department else None
    Membership.objects.get_or_create(
        user=user,
        institution=institution,
        department=department,
        role=login.role,
        defaults={"valid_from": at.date()},
    )


def _team() -> None:
    """The family doctor, the nurse and the village doctor share the first team of their township."""
    team = Team.objects.filter(institution__code=TOWNSHIP).order_by("code").first()
    if team:
        team.members.add(
            *Membership.objects.filter(
                user__is_demonstration=True, institution__code=TOWNSHIP, role__in=["family_doctor", "nurse"]
            )
        )
