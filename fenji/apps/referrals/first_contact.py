"""First contact (基层首诊) by the rule of the city: how a referral, or a booking without one, is judged and kept."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from fenji.apps.booking.models import Booking, BookingState, Place
from fenji.apps.common import rulebooks
from fenji.apps.referrals import exempt
from fenji.apps.referrals.models import OPEN_STATES, FirstContact, Referral
from fenji.apps.referrals.rules import day_of
from fenji.apps.registry.models import Institution
from fenji.apps.residents.models import Resident
from fenji.apps.residents.queries import FAMILY
from fenji.kernel.first_contact import FirstContactRules, FirstVisit, Judgement, judge_first_contact
from fenji.kernel.referral import Direction, Urgency
from fenji.kernel.tiers import Kind, Level

FROM_CHOICE = ("exempt_choose_freely", "recheck_same_institution")
REFERRED_FOR = timedelta(days=30)  # after the end of a referral its receiver may still see the patient on it


def rules_on(at: datetime) -> FirstContactRules:
    """The rule in force with its exceptions, each with its clause."""
    rulebook, day = rulebooks.current(), day_of(at)
    rules = rulebook.first_contact_rules(day)
    more = {name: rulebook.value(f"choice.{name}", on=day) for name in FROM_CHOICE}
    clauses = {name: rulebook.clause_of(dated) for name, dated in more.items()}
    chooses_freely, recheck = (bool(more[name].value) for name in FROM_CHOICE)
    return replace(
        rules, clauses={**rules.clauses, **clauses}, exempt_choose_freely=chooses_freely,
        recheck_same_institution=recheck,
    )  # fmt: skip


def judge_referral(referral: Referral, at: datetime) -> Judgement | None:
    """Where the patient was first seen before he is sent on; None on the way down."""
    if referral.direction == Direction.DOWN:
        return None
    unit = referral.sender_department
    visit = _visit(
        referral.resident, referral.sender, unit.specialty if unit else "", Urgency(referral.urgency), at,
        diagnosis_code=referral.diagnosis_code,
    )  # fmt: skip
    return judge_first_contact(visit, rules_on(at))


def judge_sender(
    resident: Resident, sender: Institution, urgency: Urgency, diagnosis_code: str, at: datetime
) -> Judgement:
    """The same for a referral that is still being written."""
    return judge_first_contact(_visit(resident, sender, "", urgency, at, diagnosis_code=diagnosis_code), rules_on(at))


def judge_booking(resident: Resident, place: Place, urgency: Urgency, at: datetime) -> Judgement:
    """A place booked without a referral; an emergency department sees only emergencies."""
    unit = place.department
    urgency = Urgency.EMERGENCY if unit.is_emergency else urgency
    visit = _visit(resident, unit.institution, unit.specialty, urgency, at, department_id=unit.pk)
    return judge_first_contact(visit, rules_on(at))


def keep(judgement: Judgement, referral: Referral, *, at: datetime) -> FirstContact:
    """Store the judgement of a referral with the version of the rules it rests on; again when it is sent."""
    values = _values(judgement, resident_id=referral.resident_id, at=at)
    kept, _new = FirstContact.objects.update_or_create(referral=referral, booking=None, defaults=values)
    return kept


def judged(judgement: Judgement, booking: Booking, *, at: datetime) -> FirstContact:
    """The judgement of a booking, to be written along with it."""
    return FirstContact(booking=booking, **_values(judgement, resident_id=booking.resident_id, at=at))


def _values(judgement: Judgement, *, resident_id: UUID, at: datetime) -> dict[str, Any]:
    rests_on, rulebook = judgement.rests_on, rulebooks.current()
    return {
        "resident_id": resident_id, "rule": rulebook.value("first_contact.rule", on=day_of(at)).value,
        "counts": judgement.counts, "code": judgement.code, "text": judgement.reason.text,
        "text_en": judgement.reason.text_en, "source_title": rests_on.source_title[:200] if rests_on else "",
        "clause": rests_on.clause[:300] if rests_on else "", "basis": rests_on.status if rests_on else "",
        "rulebook_version": rulebook.hash, "judged_at": at,
    }  # fmt: skip


def carry_on(old: Booking, new: Booking) -> None:
    """A booking moved to another time of the same clinic is judged as it was."""
    if found := FirstContact.objects.filter(booking=old).first():
        found.pk, found.booking = None, new
        found.save(force_insert=True)


def _visit(
    resident: Resident, house: Institution, specialty: str, urgency: Urgency, at: datetime, *,
    diagnosis_code: str = "", department_id: int | None = None,
) -> FirstVisit:  # fmt: skip
    day = day_of(at)
    age = exempt.age_of(resident, day)
    was_sent, was_seen = _before(resident, house, department_id, at)
    return FirstVisit(
        kind=Kind(house.kind), level=Level(house.level), specialty=specialty, urgency=urgency, age_years=age,
        is_referred=was_sent, is_recheck=was_seen, is_exempt=exempt.is_exempt(age, diagnosis_code, day),
    )  # fmt: skip


# Whether a referral brought the patient to the house, now or lately; whether the department has seen the patient.
BEFORE = f"""
WITH person AS MATERIALIZED (SELECT ARRAY({FAMILY}) AS rows)
SELECT EXISTS (
    SELECT FROM referrals_referral
    WHERE resident_id = ANY((SELECT rows FROM person)::uuid[]) AND receiver_id = %(house)s
        AND direction <> '{Direction.DOWN.value}' AND sent_at IS NOT NULL AND NOT from_paper
        AND (state IN ('{"','".join(OPEN_STATES)}') OR closed_at > %(since)s AND arrived_at IS NOT NULL)
), EXISTS (
    SELECT FROM booking_booking
    WHERE resident_id = ANY((SELECT rows FROM person)::uuid[]) AND department_id = %(department)s
        AND state = '{BookingState.ARRIVED.value}'
)"""  # noqa: S608 (constants only)


def _before(resident: Resident, house: Institution, department_id: int | None, at: datetime) -> tuple[bool, bool]:
    since = at - REFERRED_FOR
    values: dict[str, Any] = {"resident": resident.pk, "house": house.pk, "department": department_id, "since": since}
    with connection.cursor() as cursor:
        cursor.execute(BEFORE, values)
        was_sent, was_seen = cursor.fetchone()
    return was_sent, was_seen
