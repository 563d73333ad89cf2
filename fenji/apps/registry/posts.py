"""People at work: who holds which post on a day, who is in a team, who covers for whom, who answers the duty phone.

A post is valid from its first day until the day before `valid_until`. A day is a date in Asia/Shanghai.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime

from django.db.models import Q, QuerySet

from fenji.apps.accounts.models import User
from fenji.apps.common.request_memory import remembered
from fenji.apps.common.rows import Rows
from fenji.apps.registry.models import Absence, Department, Duty, Membership, Team
from fenji.kernel.roles import PRIMARY, Role
from fenji.kernel.tiers import Kind


def desks_of(post: Membership) -> list[tuple[int, int | None]]:
    """On which desks a post reads, as institution and department: the whole house's, the own department's, the
    office's for who does its work, every department's for the house's own system.

    At a hospital the office's work is the office's; a primary institution has no separate office hours, so whoever is
    there does it.
    """
    house = post.institution_id
    units = Department.objects.filter(institution_id=house)
    if post.role != Role.PROGRAM:
        units = units.filter(is_office=True) if post.role in {Role.REFERRAL_OFFICE, *PRIMARY} else units.none()
    return [(house, None), (house, post.department_id), *((house, unit) for unit in units.values_list("pk", flat=True))]


def held_on(on: date, prefix: str = "") -> Q:
    """The condition that a post is held on a day; `prefix` is the way to the post, e.g. "memberships__"."""
    unended = Q(**{f"{prefix}valid_until": None}) | Q(**{f"{prefix}valid_until__gt": on})
    return Q(**{f"{prefix}valid_from__lte": on}) & unended


def posts_of(user: User, on: date) -> list[Membership]:
    """The person's posts on a day, with institution and department; none for an account that is switched off.

    Asked once in a request: a post given or taken away by another counts from the next one on.
    """
    return list(remembered(("posts", user.pk, on), lambda: _posts_of(user, on)))


def roles_at(user: User, institution_id: int, on: date) -> frozenset[Role]:
    """What the person is at one institution on a day."""
    return frozenset(Role(post.role) for post in posts_of(user, on) if post.institution_id == institution_id)


def people_at(
    institution_id: int, on: date, *, roles: Collection[Role] = (), department_id: int | None = None
) -> QuerySet[User]:
    """Who works at an institution on a day, by pinyin; only in these roles, only in this department, where given."""
    posts = Membership.objects.filter(held_on(on), institution_id=institution_id)
    if roles:
        posts = posts.filter(role__in=roles)
    if department_id is not None:
        posts = posts.filter(department_id=department_id)
    return _people(posts)


def people_of_team(team: Team | int, on: date) -> QuerySet[User]:
    """The members of a team whose posts are held on a day, by pinyin."""
    return _people(Membership.objects.filter(held_on(on), teams=team))


def teams_of(user: User, on: date) -> list[Team]:
    """The teams whose inbox the person shares by a post of their own."""
    posts = Membership.objects.filter(held_on(on), user_id=user.pk, user__is_active=True)
    return list(Team.objects.filter(members__in=posts).select_related("institution").distinct().order_by("code"))


def houses_of_teams(posts: Iterable[Membership], on: date) -> list[int]:
    """The primary institutions in whose teams these posts at village stations are; nothing is asked for other posts."""
    there = [post.pk for post in posts if post.institution.kind == Kind.VILLAGE_STATION]
    if not there:
        return []
    teams = Team.objects.filter(Q(valid_until=None) | Q(valid_until__gt=on), members__in=there)
    return sorted(set(teams.values_list("institution_id", flat=True)))


def teams_at(institution_id: int) -> list[Team]:
    """An institution's teams at work, by code."""
    teams = Team.objects.filter(institution_id=institution_id, valid_until=None)
    return list(teams.select_related("institution").order_by("code"))


def colleagues_covering(user: User, at: datetime) -> list[User]:
    """Who stands in for a person at a time: they see the inbox and are told."""
    away = Absence.objects.filter(user_id=user.pk, from_at__lte=at, until_at__gt=at)
    return list(User.objects.filter(covers__in=away, is_active=True).distinct().order_by("name_pinyin", "id"))


def covered_by(user: User, at: datetime) -> list[User]:
    """Whose work a person does at a time besides the own: the other side of `colleagues_covering`."""
    away = Absence.objects.filter(covered_by_id=user.pk, from_at__lte=at, until_at__gt=at)
    return list(User.objects.filter(absences__in=away).distinct().order_by("name_pinyin", "id"))


def on_duty(department: Department | int, at: datetime) -> User | None:
    """Who answers the department's duty phone (`duty_phone`) at a time; None when the rota has a gap.

    Of someone who is away at that time, the colleague who covers.
    """
    duty = (
        Duty.objects.filter(department=department, from_at__lte=at, until_at__gt=at, user__is_active=True)
        .select_related("user")
        .order_by("-from_at", "-id")
        .first()
    )
    if duty is None:
        return None
    covering = colleagues_covering(duty.user, at)
    return covering[0] if covering else duty.user


def duty_phone(department: Department) -> str:
    """The number that is answered at night, or the department's own; empty when neither is known."""
    return department.duty_phone or department.phone or department.institution.phone


def rota(department: Department | int, from_at: datetime, until_at: datetime) -> list[Duty]:
    """The duties of a department that touch the half-open span, in order."""
    duties = Duty.objects.filter(department=department, from_at__lt=until_at, until_at__gt=from_at)
    return list(duties.select_related("user").order_by("from_at", "id"))


def absences_at(institution_id: int, at: datetime) -> list[Absence]:
    """Absences of an institution's people that are under way or still to come, soonest first."""
    people = Membership.objects.filter(institution_id=institution_id).values("user_id")
    absences = Absence.objects.filter(user_id__in=people, until_at__gt=at)
    return list(absences.select_related("user", "covered_by").order_by("from_at", "id"))


def _posts_of(user: User, on: date) -> tuple[Membership, ...]:
    return tuple(POSTS.select(POSTS_OF, {"user": user.pk, "on": on}))


POSTS = Rows(Membership, "institution", "department")
POSTS_OF = """
WHERE this.user_id = %(user)s AND this.valid_from <= %(on)s
    AND (this.valid_until IS NULL OR this.valid_until > %(on)s)
    AND EXISTS (SELECT FROM accounts_user WHERE id = this.user_id AND is_active)
ORDER BY institution.name_pinyin, this.role, this.id"""


def _people(posts: QuerySet[Membership]) -> QuerySet[User]:
    return User.objects.filter(pk__in=posts.values("user_id"), is_active=True).order_by("name_pinyin", "id")
