"""Who may take what for which span: what is wanted, on what footing, and what is wrong with it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from fenji.apps.booking.policies import KEEPERS
from fenji.apps.common.errors import NotFound
from fenji.apps.stays.errors import DoesNotFit, HoldLapsed, SpanPast, StayEnded
from fenji.kernel.roles import Role
from fenji.kernel.stays import NEXT, ResourceKind, StayState, misfit

if TYPE_CHECKING:
    from fenji.apps.stays.models import Resource, Stay

LONGEST = timedelta(days=60)
AHEAD = timedelta(days=366)
PATIENT_ASKED = "居民要求改期"  # the reason of a move that is the patient's doing: not the hospital's wait
JUST_NOW = timedelta(minutes=5)  # a form filled in takes a moment

# By posts at the house: who keeps its clinics keeps its beds (`KEEPERS`); who writes the ward board; who reserves for
# the house; who decides about a patient in bed; who takes readings.
HOSPITAL = frozenset({Role.PHYSICIAN, Role.REFERRAL_OFFICE})
WARD_STAFF = HOSPITAL | {Role.FAMILY_DOCTOR, Role.NURSE, Role.PRIMARY_HEAD}
ARRANGERS = KEEPERS | HOSPITAL
DECIDERS = frozenset({Role.PHYSICIAN})
OBSERVERS = frozenset({Role.PHYSICIAN, Role.NURSE})
# Who takes which step of a day surgery: what is clinical a physician, the rest the office too.
SURGERY_STEPS: Mapping[str, frozenset[Role]] = {
    **dict.fromkeys(("request", "assess", "operate", "discharge", "admit", "hand_over"), DECIDERS),
    **dict.fromkeys(("book", "cancel", "call"), HOSPITAL),
}


class Footing(Enum):
    """As whom one reserves: the platform takes what was handed over, the house what was not."""

    PLATFORM = "platform"
    HOUSE = "house"


@dataclass(frozen=True)
class Person:
    """What decides which bed fits. Sex after GB/T 2261.1."""

    sex: int = 0
    needs_isolation: bool = False


@dataclass(frozen=True)
class Span:
    """Half-open."""

    from_at: datetime
    until_at: datetime


@dataclass(frozen=True)
class Wanted:
    """Any resource of the kind in these wards or departments, in the order in which they are named."""

    span: Span
    kind: ResourceKind = ResourceKind.BED
    ward_ids: tuple[int, ...] = ()
    department_ids: tuple[int, ...] = ()
    not_ids: tuple[int, ...] = ()


def check_holds(held: Collection[Role], allowed: Collection[Role]) -> None:
    """Raise NotFound unless one of the posts held is allowed: absent and another's look the same."""
    if not set(held) & set(allowed):
        raise NotFound


def check_span(span: Span, *, at: datetime) -> Span:
    """The span, from now at the earliest. Raises SpanPast."""
    if span.from_at < at - JUST_NOW or span.from_at > at + AHEAD:
        raise SpanPast
    checked = Span(max(span.from_at, at), span.until_at)
    if not checked.from_at < checked.until_at <= checked.from_at + LONGEST:
        raise SpanPast
    return checked


def check_fits(resource: "Resource", person: Person) -> None:
    """Raises DoesNotFit. Theatres and machines take everybody."""
    if resource.kind != ResourceKind.BED:
        return
    why = misfit(
        bed_sex=resource.sex or resource.ward.sex, bed_isolates=resource.is_isolation, sex=person.sex,
        needs_isolation=person.needs_isolation,
    )  # fmt: skip
    if why:
        raise DoesNotFit(why)


def state_at(stay: "Stay", at: datetime) -> StayState:
    """The state that counts: a hold past its end has expired, whether or not anybody wrote it down yet."""
    if stay.state == StayState.HELD and stay.held_until is not None and stay.held_until <= at:
        return StayState.EXPIRED
    return StayState(stay.state)


def check_can_become(stay: "Stay", state: StayState, *, at: datetime) -> None:
    """Raises HoldLapsed, StayEnded."""
    current = state_at(stay, at)
    if current is StayState.EXPIRED:
        raise HoldLapsed
    if state not in NEXT[current]:
        raise StayEnded
