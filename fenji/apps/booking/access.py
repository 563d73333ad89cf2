"""From which pools somebody may take, and from when: by referral, by place of work, by contract."""

from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from fenji.apps.accounts.models import User
from fenji.apps.booking import rules
from fenji.apps.booking.models import Place, Pool
from fenji.apps.booking.policies import EVERYBODYS, REFERRED, Access
from fenji.apps.contracts.queries import contract_on
from fenji.apps.registry.models import Consortium, ConsortiumMember, Membership
from fenji.apps.registry.posts import posts_of
from fenji.kernel.release import Group, Ladder
from fenji.kernel.tiers import PRIMARY_KINDS, Kind


def access_for(
    referral_id: UUID | None, *, at: datetime, by: User | None = None, resident_id: UUID | None = None
) -> Access:
    """Referred residents may take every place; others the public ones, and reserved ones as the city's ladder opens.

    `by` is who books: a primary institution, or one of the place's consortium, is let in earlier; `resident_id` tells
    whether there is a contract. Where no rulebook says so, what is reserved stays reserved.
    """
    if referral_id is not None:
        return REFERRED
    ladders, day = rules.ladders(at=at), rules.day_of(at)
    posts = posts_of(by, day) if by is not None and not by.office else []
    groups = {Group.ALL}
    if any(Kind(post.institution.kind) in PRIMARY_KINDS for post in posts):
        groups.add(Group.PRIMARY)
    if resident_id is not None and _matters(Group.CONTRACT, ladders, groups) and contract_on(resident_id, day):
        groups.add(Group.CONTRACT)
    partners = _partners(posts, day) if posts and _matters(Group.CONSORTIUM, ladders, groups) else frozenset()
    opens = {pool: steps.opening(groups) for pool, steps in ladders.items()}
    partner_opens = {pool: steps.opening(groups | {Group.CONSORTIUM}) for pool, steps in ladders.items()}
    return Access({"public": None, **opens}, partners, {"public": None, **partner_opens} if partners else {})


def access_to(
    place_id: int | None, referral_id: UUID | None, *, at: datetime, by: User | None, resident_id: UUID
) -> Access:
    """The access that matters for one place: for a public one nobody need ask who belongs to which group."""
    if referral_id is None and place_id is not None:
        pool = Place.objects.filter(pk=place_id).values_list("pool", flat=True).first()
        return access_to_pool(pool, at=at, by=by, resident_id=resident_id)
    return access_for(referral_id, at=at, by=by, resident_id=resident_id)


def access_to_pool(pool: str | None, *, at: datetime, by: User | None, resident_id: UUID) -> Access:
    """The same for a place whose pool the caller has looked up."""
    return EVERYBODYS if pool == Pool.PUBLIC else access_for(None, at=at, by=by, resident_id=resident_id)


def _matters(group: Group, ladders: dict[str, Ladder], groups: set[Group]) -> bool:
    """Whether belonging to the group would open anything earlier: else nobody need ask."""
    return any(steps.opening(groups | {group}) != steps.opening(groups) for steps in ladders.values())


def _partners(posts: list[Membership], day: date) -> frozenset[int]:
    """Institutions that share a consortium with a place of work, its lead included."""
    houses = {post.institution_id for post in posts}
    standing = Consortium.objects.filter(
        Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_until=None) | Q(valid_until__gt=day)
    )
    ours = standing.filter(Q(lead_id__in=houses) | Q(members__institution_id__in=houses)).distinct()
    members = ConsortiumMember.objects.filter(consortium__in=ours)
    return frozenset({*ours.values_list("lead_id", flat=True), *members.values_list("institution_id", flat=True)})
