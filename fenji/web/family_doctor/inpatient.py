"""A referral to be admitted: which beds of the chosen house would do, and what waiting for one meant lately."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _

from fenji.apps.indicators.green_channel import bed_waits
from fenji.apps.residents.models import Resident
from fenji.apps.stays.policies import Footing, Person, Span, Wanted
from fenji.apps.stays.queries import free_beds, free_resources, wards_of
from fenji.web.presenters.dates import local
from fenji.web.presenters.waits import beside
from fenji.web.referrals.presenter import ProposalCard

NIGHTS = timedelta(days=7)  # for how long a bed is asked for; the ward plans on from there
MORNING = time(9)
FARTHEST = timedelta(days=30)


@dataclass(frozen=True)
class Beds:
    """What was asked for and which wards of the chosen house have a bed for this patient over the span."""

    day: date
    span: Span
    free: int
    ward_ids: tuple[int, ...]
    ward_names: tuple[str, ...]

    @property
    def wanted(self) -> Wanted:
        return Wanted(self.span, ward_ids=self.ward_ids)


def day_of_admission(text: str, at: datetime) -> date:
    """The day typed, tomorrow for none or one out of reach."""
    today = local(at).date()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today + timedelta(days=1)
    return day if today <= day <= today + FARTHEST else today + timedelta(days=1)


def beds_at(card: ProposalCard, resident: Resident, day: date, at: datetime) -> Beds:
    """The free beds that suit the patient: of the department that would receive, else of the whole house."""
    begins = max(at, datetime.combine(day, MORNING, local(at).tzinfo))
    span = Span(begins, begins + NIGHTS)
    wards = wards_of(card.institution.pk)
    own = wards.filter(department_id=card.department) if card.department else wards
    ids = list((own if own.exists() else wards).values_list("pk", flat=True))
    found = free_resources(span, Person(resident.sex), Footing.PLATFORM, at=at, ward_ids=ids) if ids else []
    names = {one.ward_id: one.ward.name for one in found if one.ward is not None}
    return Beds(day, span, len(found), tuple(pk for pk in names if pk is not None), tuple(names.values()))


def with_beds(cards: Sequence[ProposalCard], day: date, at: datetime) -> list[ProposalCard]:
    """The proposals with their free beds of that day and how long patients waited for one, group by group."""
    begins = max(at, datetime.combine(day, MORNING, local(at).tzinfo))
    houses = [card.institution.pk for card in cards]
    free, waited = free_beds(houses, Span(begins, begins + NIGHTS), at=at), bed_waits(houses, at=at)
    return [
        replace(card, beds=_count(free.get(card.institution.pk)), bed_waits=beside(waited.get(card.institution.pk, {})))
        for card in cards
    ]


def _count(beds: int | None) -> str:
    return _("%(count)d 张") % {"count": beds} if beds is not None else "—"
