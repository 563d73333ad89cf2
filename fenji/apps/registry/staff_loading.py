"""People of a network as data: accounts that cannot log in, posts, teams, and the rota of the coming weeks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db.models import Q
from django.utils import timezone

from fenji.apps.accounts.models import User
from fenji.apps.registry.institutions import pinyin
from fenji.apps.registry.matching import bring_into_line, end_the_others
from fenji.apps.registry.models import Department, Duty, Institution, Membership, Team
from fenji.cities.shape import Network
from fenji.simulator.posts import Post, StaffMember
from fenji.simulator.staff import DutyTurn, StaffTeam, duty_rota, synthetic_staff, synthetic_teams

SOURCE = "synthetic"
POSTS_SINCE = timedelta(days=3 * 365)  # so that what happened earlier was done by people at work
ROTA_WEEKS = 6

Institutions = dict[str, Institution]
Departments = dict[tuple[int, str], Department]
PostKey = tuple[int, int, int | None, str]


@dataclass(frozen=True)
class Staff:
    """Who works in a network and how they work together, see `simulator.staff`."""

    members: Sequence[StaffMember]
    teams: Sequence[StaffTeam]
    rota: Sequence[DutyTurn]


def invented_staff(network: Network, seed: int) -> Staff:
    """Synthetic people for a whole network; the same network and seed give the same."""
    members = synthetic_staff(network, seed)
    return Staff(members, synthetic_teams(network, members), duty_rota(network, members))


def load_staff(staff: Staff, institutions: Institutions, at: datetime) -> tuple[int, int]:
    """Bring people, posts, teams and rota into line; returns how many people and teams there are."""
    on = timezone.localdate(at)
    departments = {(one.institution_id, one.code): one for one in Department.objects.all()}
    people = _people(staff, on)
    posts = _posts(staff, people, institutions, departments, on)
    teams = _teams(staff, people, posts, institutions, departments, on)
    write_rota(staff.rota, people, institutions, departments, from_day=on - timedelta(days=on.weekday()))
    return len(people), len(teams)


def write_rota(
    rota: Sequence[DutyTurn],
    people: dict[str, User],
    institutions: Institutions,
    departments: Departments,
    *,
    from_day: date,
) -> int:
    """Weekly turns as dated duties for `ROTA_WEEKS` from a Monday; spans that are arranged already stay as they are."""
    taken = _taken(from_day, from_day + timedelta(weeks=ROTA_WEEKS, days=1))
    duties = []
    for week in range(ROTA_WEEKS):
        for turn in rota:
            day = from_day + timedelta(weeks=week, days=turn.weekday)
            starts = timezone.make_aware(datetime.combine(day, turn.starts))
            ends = starts + timedelta(hours=turn.hours)
            department = departments[institutions[turn.institution].pk, turn.department]
            near = (span for place in _days(starts, ends) for span in taken.get((department.pk, place), ()))
            if not any(begun < ends and starts < until for begun, until in near):
                duties.append(Duty(department=department, user=people[turn.staff], from_at=starts, until_at=ends))
    Duty.objects.bulk_create(duties)
    return len(duties)


def _people(staff: Staff, on: date) -> dict[str, User]:
    wanted = {
        one.key: {
            "username": one.key.lower(), "name": one.name, "name_pinyin": pinyin(one.name), "title": one.title,
            "licence": one.licence, "phone": one.phone, "source_system": SOURCE, "source_code": one.key,
        }
        for one in staff.members
    }  # fmt: skip
    found = {one.source_code: one for one in User.objects.filter(source_system=SOURCE)}
    people = bring_into_line(User, wanted, found, once=lambda: {"password": make_password(None)})
    gone = [one for key, one in found.items() if key not in wanted]
    open_posts = Membership.objects.filter(Q(valid_until=None) | Q(valid_until__gt=on), user__in=gone)
    open_posts.update(valid_until=on)
    return people


def _posts(
    staff: Staff, people: dict[str, User], institutions: Institutions, departments: Departments, on: date
) -> dict[PostKey, Membership]:
    found: dict[PostKey, Membership] = {
        (one.user_id, one.institution_id, one.department_id, one.role): one
        for one in Membership.objects.filter(user__in=people.values())
    }
    wanted = {}
    for member in staff.members:
        for post in member.posts:
            key = _post_key(people[member.key], post, institutions, departments)
            since = found[key].valid_from if key in found else on - POSTS_SINCE
            wanted[key] = {
                "user_id": key[0], "institution_id": key[1], "department_id": key[2], "role": key[3],
                "valid_from": since, "valid_until": None, "source_system": SOURCE,
            }  # fmt: skip
    end_the_others(wanted, {key: one for key, one in found.items() if one.source_system == SOURCE}, on)
    return bring_into_line(Membership, wanted, found)


def _teams(
    staff: Staff,
    people: dict[str, User],
    posts: dict[PostKey, Membership],
    institutions: Institutions,
    departments: Departments,
    on: date,
) -> dict[str, Team]:
    wanted = {
        one.code: {
            "code": one.code, "name": one.name, "phone": one.phone, "institution_id": institutions[one.institution].pk,
            "valid_until": None, "source_system": SOURCE,
        }
        for one in staff.teams
    }  # fmt: skip
    found = {one.code: one for one in Team.objects.filter(source_system=SOURCE)}
    teams = bring_into_line(Team, wanted, found)
    end_the_others(wanted, found, on)
    through = Team.members.through
    members = {
        (teams[one.code].pk, posts[_post_key(people[key], post, institutions, departments)].pk)
        for one in staff.teams
        for key, post in one.members
    }
    present = {
        (row.team_id, row.membership_id): row.pk for row in through._default_manager.filter(team__in=teams.values())
    }
    through._default_manager.filter(pk__in=[pk for pair, pk in present.items() if pair not in members]).delete()
    through._default_manager.bulk_create(
        through(team_id=team, membership_id=post) for team, post in sorted(members - set(present))
    )
    return teams


def _post_key(user: User, post: Post, institutions: Institutions, departments: Departments) -> PostKey:
    institution_id = institutions[post.institution].pk
    department_id = departments[institution_id, post.department].pk if post.department else None
    return user.pk, institution_id, department_id, post.role.value


def _taken(from_day: date, until_day: date) -> dict[tuple[int, date], list[tuple[datetime, datetime]]]:
    """Spans arranged already, under each department and day that they touch."""
    spans: dict[tuple[int, date], list[tuple[datetime, datetime]]] = {}
    duties = Duty.objects.filter(from_at__lt=_midnight(until_day), until_at__gt=_midnight(from_day))
    for department_id, begun, ends in duties.values_list("department_id", "from_at", "until_at"):
        for day in _days(begun, ends):
            spans.setdefault((department_id, day), []).append((begun, ends))
    return spans


def _days(begun: datetime, ends: datetime) -> list[date]:
    first, last = timezone.localdate(begun), timezone.localdate(ends)
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))
