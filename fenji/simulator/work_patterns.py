"""How the people of a network work together: family-doctor teams, the duty rota, weekly clinics."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import time

from fenji.cities.network import Institution, Network
from fenji.kernel.roles import Role
from fenji.kernel.tiers import LinkKind
from fenji.simulator.posts import Post, StaffMember, random_stream

MORNING, AFTERNOON = (time(8, 30), time(11, 30)), (time(14, 30), time(17, 30))
WORKING_DAYS = range(5)
Held = tuple[str, Post]


@dataclass(frozen=True)
class StaffTeam:
    """A family-doctor team at a primary institution; members are a person's key with the post they serve from."""

    institution: str
    code: str
    name: str
    phone: str
    members: tuple[tuple[str, Post], ...]


@dataclass(frozen=True)
class DutyTurn:
    """Who answers an office's duty phone: every week from `starts` on `weekday`, for `hours`."""

    institution: str
    department: str
    staff: str
    weekday: int  # 0 Monday
    starts: time
    hours: int


@dataclass(frozen=True)
class Clinic:
    """A weekly half-day of one physician, as a schedule of booking; `code` is stable and unique."""

    code: str
    institution: str
    department: str
    physician: str
    line: str
    weekday: int  # 0 Monday
    starts: time
    ends: time
    place_minutes: int

    @property
    def places(self) -> int:
        minutes = (self.ends.hour - self.starts.hour) * 60 + self.ends.minute - self.starts.minute
        return minutes // self.place_minutes


def synthetic_teams(network: Network, staff: Iterable[StaffMember]) -> list[StaffTeam]:
    """Teams as the network's templates make them up; every family doctor and village doctor belongs to one."""
    at = _posts_by_institution(staff)
    teams = []
    for template in network.teams:
        for one in network.institutions:
            if one.kind in template.kinds:
                villages = [
                    link.lower for link in network.links if (link.upper, link.kind) == (one.code, LinkKind.VILLAGE)
                ]
                helpers = [held for code in villages for held in at[code]]
                teams += _teams_of(one, at[one.code], helpers, template.roles, template.teams)
    return teams


def duty_rota(network: Network, staff: Iterable[StaffMember]) -> list[DutyTurn]:
    """Two turns a day, every day, at every coordination office; its people take turns and days and nights rotate."""
    at = _posts_by_institution(staff)
    turns = []
    for one in network.institutions:
        people = [key for key, post in at[one.code] if post.role is Role.REFERRAL_OFFICE]
        if one.office is None:
            continue
        for weekday in range(7):
            for turn, starts in enumerate((time(8), time(20))):
                on_duty = people[(2 * weekday + turn + weekday) % len(people)]
                turns.append(DutyTurn(one.code, one.office.code, on_duty, weekday, starts, 12))
    return turns


def synthetic_schedules(staff: Iterable[StaffMember], seed: int) -> list[Clinic]:
    """Weekly clinics: each physician's half-days, never two at once, not even at two sites."""
    return [clinic for member in staff for clinic in _clinics_of(member, seed)]


def _clinics_of(member: StaffMember, seed: int) -> Iterator[Clinic]:
    half_days = [(day, half) for day in WORKING_DAYS for half in (MORNING, AFTERNOON)]
    order = iter(random_stream(seed, member.key + "/clinics").permutation(len(half_days)))
    for post in member.posts:
        for _ in range(post.clinics):
            weekday, (starts, ends) = half_days[next(order)]
            code = f"{member.key}-{weekday}{'a' if starts == MORNING[0] else 'p'}"
            yield Clinic(
                code,
                post.institution,
                post.department or "",
                member.key,
                post.line,
                weekday,
                starts,
                ends,
                post.place_minutes,
            )


def _teams_of(
    one: Institution, held: list[Held], helpers: list[Held], roles: tuple[Role, ...], number: int
) -> list[StaffTeam]:
    """One of each role in every team as far as there are people; then the remaining family and village doctors."""
    members: list[list[Held]] = [[] for _ in range(number)]
    for role in roles:
        fitting = [pair for pair in held if pair[1].role is role]
        if role is Role.PHYSICIAN:  # the visiting specialist first: own physicians are the second choice
            fitting.sort(key=lambda pair: pair[0].startswith(one.code))
        for n in range(number if fitting else 0):
            shared = fitting[:1] if role is Role.PHYSICIAN else fitting
            members[n].append(shared[n % len(shared)])
    placed = {key for team in members for key, _ in team}
    rest = [pair for pair in held if pair[1].role is Role.FAMILY_DOCTOR and pair[0] not in placed]
    for n, pair in enumerate(rest + helpers):
        members[n % number].append(pair)
    return [
        StaffTeam(
            one.code,
            f"{one.code}-team-{n}",
            f"{one.short_name}家庭医生第{'一二三四五'[n - 1]}团队",
            one.phone,
            tuple(team),
        )
        for n, team in enumerate(members, 1)
    ]


def _posts_by_institution(staff: Iterable[StaffMember]) -> dict[str, list[Held]]:
    found: dict[str, list[Held]] = defaultdict(list)
    for member in staff:
        for post in member.posts:
            found[post.institution].append((member.key, post))
    return found
