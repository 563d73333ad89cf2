"""A small ward for the tests of stays: beds of a department, a person who may lie in them, the spans of a few days."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from fenji.apps.accounts.models import User
from fenji.apps.common import rulebooks
from fenji.apps.registry.models import Department
from fenji.apps.stays import actions, handing_over, movements, wards
from fenji.apps.stays.models import Resource, Stay
from fenji.apps.stays.movements import MovementForm, Told
from fenji.apps.stays.policies import Footing, Person, Span
from fenji.kernel.stays import Event, ResourceKind
from fenji.rulebook import load_rulebook
from tests.apps.booking import clinic
from tests.apps.booking.clinic import DAY, HOUR, NOW

__all__ = ["DAY", "HOUR", "NOW", "WOMAN"]
WOMAN, MAN = Person(2), Person(1)
SPAN = Span(NOW, NOW + 3 * DAY)


def department() -> Department:
    """Of a hospital of its own, with the rulebook in force."""
    rulebooks.store(load_rulebook("yangjiang"), at=NOW)
    return clinic.department()


def beds(
    where: Department, count: int = 3, *, handed: bool = True, at: datetime = NOW,
    kind: ResourceKind = ResourceKind.BED, prefix: str = "", **fields: Any,
) -> list[Resource]:  # fmt: skip
    """So many beds of one ward, the platform's to give unless `handed` is false; the house was just heard from."""
    letter = prefix or kind.value[0]
    form: dict[str, Any] = {"ward_code": "W1", "ward_name": "心内一病区", "used_from": date(2020, 1, 1)} | fields
    made = [
        wards.put_resource(
            wards.ResourceForm(where.pk, code=f"{letter}{number + 1}", kind=kind, **form), by=None, at=at
        )[0]
        for number in range(count)
    ]  # fmt: skip
    if handed:
        handing_over.hand_over([one.pk for one in made], from_at=at - DAY, until_at=None, by=None, at=at)
    movements.hear_from(where.institution_id, by_messages=False, by=None, at=at)
    return made


def reserve(bed: Resource, span: Span = SPAN, who: UUID | None = None, **more: Any) -> Stay:
    given: dict[str, Any] = {"person": WOMAN, "footing": Footing.PLATFORM, "by": None, "at": NOW} | more
    return actions.reserve(bed.pk, span, resident_id=who, **given)


def hold(bed: Resource, span: Span = SPAN, who: UUID | None = None, **more: Any) -> Stay:
    given: dict[str, Any] = {"person": WOMAN, "footing": Footing.PLATFORM, "by": None, "at": NOW} | more
    return actions.hold(bed.pk, span, resident_id=who, **given)


def tell(
    house: int, number: str, event: Event, at: datetime, episode: str = "", bed: str = "", *, now: datetime = NOW,
    by: User | None = None, **more: Any,
) -> Told:  # fmt: skip
    form = MovementForm(number, event, at, episode, bed, **more)
    return movements.record(form, institution_id=house, by=by, at=now)


def lying(house: int) -> dict[str, str]:
    """Which episode lies in which bed."""
    found = Stay.objects.filter(institution_id=house, state="occupied").select_related("resource")
    return {stay.resource.code: stay.episode for stay in found}


def picture(house: int) -> list[tuple[str, str, str, str, str]]:
    """Everything about the house's beds that the order of messages must not change."""
    found = Stay.objects.filter(institution_id=house, state__in=["occupied", "left", "cleaning", "blocked"])
    rows = found.select_related("resource").values_list("resource__code", "state", "episode", "from_at", "until_at")
    return sorted((bed, state, episode, str(from_at), str(until)) for bed, state, episode, from_at, until in rows)


def later(days: float = 0, hours: float = 0) -> datetime:
    return NOW + timedelta(days=days, hours=hours)
