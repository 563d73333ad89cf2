"""A referral with its bed: held with the sending, reserved with the acceptance; both happen or neither."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from fenji.apps.accounts.models import User
from fenji.apps.common import clock
from fenji.apps.common.errors import Invalid
from fenji.apps.common.locks import patience
from fenji.apps.notices.actions import Addressee, Brief, notify
from fenji.apps.referrals import queries, rules
from fenji.apps.referrals.actions.beginning import refer
from fenji.apps.referrals.actions.moving import perform
from fenji.apps.referrals.errors import MoveNotPossible, ReferralNotFound
from fenji.apps.referrals.given import Given
from fenji.apps.referrals.models import Referral
from fenji.apps.referrals.parties import parties_of
from fenji.apps.residents.identity import phone_number
from fenji.apps.stays import actions as stays
from fenji.apps.stays import queries as beds
from fenji.apps.stays.models import Resource, Stay
from fenji.apps.stays.policies import PATIENT_ASKED, Footing, Person, Span, Wanted
from fenji.kernel.referral import BEFORE_ARRIVAL, Party, State

RECEIVING = frozenset({Party.OFFICE, Party.DEPARTMENT})
TAKES_BED = (*BEFORE_ARRIVAL, State.ARRIVED, State.IN_CARE)


def refer_with_bed(
    resident_id: UUID, form: Mapping[str, Any], wanted: Wanted | int, span: Span, *, by: User, institution_id: int,
    needs_isolation: bool = False,
) -> tuple[Referral, Stay]:  # fmt: skip
    """Write and send, with a bed of the receiver held until it must have answered. Raises as `refer` and `hold` do."""
    with patience():
        referral = refer(resident_id, form, by=by, institution_id=institution_id)
        at = clock.now()
        _check_receivers(wanted, referral)
        stay = stays.hold(
            wanted, span, person=Person(referral.resident.sex, needs_isolation), footing=Footing.PLATFORM, by=by, at=at,
            resident_id=referral.resident_id, referral_id=referral.pk, until=rules.hold_until(referral, at),
            requested_at=referral.created_at,
        )  # fmt: skip
        return referral, stay


def give_bed(
    referral_id: UUID,
    wanted: Wanted | int,
    span: Span,
    *,
    by: User,
    version: int | None,
    needs_isolation: bool = False,
    patient_asked: bool = False,
) -> tuple[Referral, Stay]:
    """Reserve a bed for a referral's patient; one not yet answered is accepted with it. A bed it has is exchanged.

    `patient_asked` says that the patient wants the other date: that wait is not the hospital's.
    Raises what the move and the reservation may meet, and then neither has happened.
    """
    with patience():
        referral = queries.lock(referral_id)
        at = clock.now()
        if not RECEIVING & parties_of(by, referral, at):
            raise ReferralNotFound
        if referral.state == State.SENT:
            referral = perform(referral_id, "accept", Given(), by=by, version=version)
        elif State(referral.state) not in TAKES_BED:
            raise MoveNotPossible
        _check_receivers(wanted, referral)
        reason = PATIENT_ASKED if patient_asked else "换床"
        stay = _reserve(referral, wanted, span, Person(referral.resident.sex, needs_isolation), by, at, reason)
        _tell(referral, stay, at)
        return referral, stay


def _reserve(
    referral: Referral, wanted: Wanted | int, span: Span, person: Person, by: User, at: datetime, reason: str
) -> Stay:  # fmt: skip
    planned = beds.planned_for(referral.pk, at=at)
    if planned is not None:
        return stays.move_to(
            planned.pk, wanted, span, person=person, footing=Footing.PLATFORM, by=by, at=at, reason=reason
        )  # fmt: skip
    return stays.reserve(
        wanted, span, person=person, footing=Footing.PLATFORM, by=by, at=at, resident_id=referral.resident_id,
        referral_id=referral.pk, requested_at=referral.sent_at,
    )  # fmt: skip


def _check_receivers(wanted: Wanted | int, referral: Referral) -> None:
    """The bed is in the house the referral goes to."""
    if isinstance(wanted, int):
        found = Resource.objects.filter(pk=wanted, institution_id=referral.receiver_id or 0).exists()
    else:
        wards = beds.wards_of(referral.receiver_id or 0)
        found = wanted.ward_ids != () and wards.filter(pk__in=wanted.ward_ids).count() == len(set(wanted.ward_ids))
        found = found and not wanted.department_ids
    if not found:
        raise Invalid(fields={"bed": "这张床不属于接收机构。"})


def _tell(referral: Referral, stay: Stay, at: datetime) -> None:
    when, ward = rules.day_of(stay.from_at), stay.resource.ward.name
    words = f"{referral.receiver}{ward}已为转诊 {referral.number} 预留床位，{when.month}月{when.day}日入院。"
    people = [
        Addressee(institution_id=referral.sender_id, department_id=referral.sender_department_id),
        Addressee(
            resident_id=referral.resident_id, institution_id=referral.sender_id, phone=phone_number(referral.resident)
        ),
    ]
    brief = Brief(referral.number, str(referral.receiver or ""), f"{when.month}月{when.day}日")
    notify(
        "referral.bed", cause=("referral", str(referral.pk)), to=people, text=words, at=at, once_key=f"bed:{stay.pk}",
        brief=brief,
    )  # fmt: skip
