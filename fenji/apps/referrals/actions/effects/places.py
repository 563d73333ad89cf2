"""The referral's place: held when sent, booked when accepted or chosen, moved, given back; or the move fails too."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from fenji.apps.booking import actions as booking
from fenji.apps.booking import queries as free
from fenji.apps.booking.errors import AlreadyBooked, HoldExpired, SlotTaken
from fenji.apps.booking.models import Booking, BookingState, Place
from fenji.apps.booking.policies import LIVING, REFERRED, Wanted, state_at
from fenji.apps.common.errors import Invalid
from fenji.apps.referrals import rules
from fenji.apps.referrals.actions.moving import Act
from fenji.apps.referrals.models import Referral
from fenji.apps.registry.queries import department_for
from fenji.kernel.referral import Direction, Party, Urgency

HORIZON = timedelta(weeks=8)


def hold_for_sending(act: Act) -> None:
    """Hold the place the resident chose until the receiver must have answered."""
    referral = act.referral
    if act.given.place is None or not uses_places(referral):
        return
    place = place_at(referral, act.given.place)
    release(act)  # held before it was sent back to be changed
    referral.booking = booking.hold(
        referral.resident_id,
        place_id=place.pk,
        referral_id=referral.pk,
        until=rules.hold_until(referral, act.at),
        requested_at=act.at,
        by=act.by,
        at=act.at,
    )
    referral.department = place.department


def uses_places(referral: Referral) -> bool:
    """Patients going down and emergencies are received when they come; everyone else gets a numbered place."""
    return referral.direction != Direction.DOWN and referral.urgency != Urgency.EMERGENCY


def place_at(referral: Referral, place_id: int) -> Place:
    """A place of the receiving institution; raises Invalid for any other."""
    place = Place.objects.select_related("department").filter(pk=place_id, institution=referral.receiver).first()
    if place is None:
        raise Invalid(fields={"place": _("这个号源不属于接收机构，请重新选择。")})
    return place


def live_booking(referral: Referral, at: datetime) -> Booking | None:
    """The referral's booking, read again from the row, while it still stands; a hold that ran out stands no longer."""
    if referral.booking_id is None:
        return None
    found = Booking.objects.filter(pk=referral.booking_id).first()
    return found if found and state_at(found, at) in LIVING else None


def book_for_acceptance(act: Act) -> bool:
    """Book the held place, or the one named, or the next free. False when there is none."""
    referral, live = act.referral, live_booking(act.referral, act.at)
    if act.given.place is not None:
        take(act, act.given.place)
        return True
    if live is not None:
        try:
            referral.booking = booking.confirm(live.pk, by=act.by, at=act.at)
            return True
        except (SlotTaken, HoldExpired):
            act.details["lost_hold"] = True
    return _take_next(act)


def take(act: Act, place_id: int) -> None:
    """Book a place for the referral, giving back the one it had."""
    referral, live = act.referral, live_booking(act.referral, act.at)
    place = place_at(referral, place_id)
    if live is None:
        referral.booking = booking.book(
            referral.resident_id,
            place_id=place.pk,
            referral_id=referral.pk,
            requested_at=referral.sent_at,
            by=act.by,
            at=act.at,
        )
    elif live.place_id == place.pk:
        referral.booking = booking.confirm(live.pk, by=act.by, at=act.at) if live.state == BookingState.HELD else live
    else:
        referral.booking = booking.move_to(live.pk, place_id=place.pk, by=act.by, at=act.at, tell_referral=False)
    referral.department, referral.offered_places = place.department, []


def _take_next(act: Act) -> bool:
    """Book the soonest free place of the receiver; what is locked by others is waited for there, not here."""
    referral = act.referral
    wanted = wanted_by(referral, act.at)
    if wanted is None:
        return False
    wanted = replace(wanted, not_session_id=_own_session(referral, wanted))
    try:
        if live := live_booking(referral, act.at):
            booking.cancel(live.pk, str(act.move.name), by=act.by, at=act.at, tell_referral=False)
        referral.booking = booking.book(
            referral.resident_id,
            wanted=wanted,
            referral_id=referral.pk,
            requested_at=referral.sent_at,
            by=act.by,
            at=act.at,
        )
    except (SlotTaken, AlreadyBooked):
        return False
    referral.department = referral.booking.place.department
    return True


def _own_session(referral: Referral, wanted: Wanted) -> int | None:
    """The clinic in which the resident has a place of his own already: there he gets no second one."""
    own = Booking.objects.filter(
        resident_id=referral.resident_id, department_id__in=wanted.department_ids, state__in=LIVING,
        place__starts_at__gte=wanted.from_at,
    )  # fmt: skip
    return own.exclude(referral_id=referral.pk).values_list("session_id", flat=True).first()


def has_free_place(referral: Referral, at: datetime) -> bool:
    """Whether the receiver could see this patient: then neither deferral nor want of capacity is a reason."""
    wanted = wanted_by(referral, at)
    return wanted is not None and bool(
        free.free_places(wanted.department_ids, wanted.from_at, wanted.until_at, access=REFERRED, at=at, limit=1)
    )


def wanted_by(referral: Referral, at: datetime) -> Wanted | None:
    """Any place of the referral's department, or of the receiver's departments for its specialty."""
    if referral.department_id:
        departments = [referral.department_id]
    else:
        house, specialty = referral.receiver_id, referral.specialty
        found = department_for(house, specialty, rules.day_of(at)) if house and specialty else None
        departments = [found.pk] if found else []
    return Wanted(tuple(departments), at, at + HORIZON) if departments else None


def offer(act: Act) -> None:
    """Places the resident may choose from; all must be free and of this institution."""
    untaken = Q(taken_by=None) | Q(held_until__lte=act.at)
    places = Place.objects.filter(
        untaken, pk__in=act.given.places, institution=act.referral.receiver, starts_at__gt=act.at, is_open=True
    )
    found = sorted(places.values_list("pk", flat=True))
    if len(found) != len(set(act.given.places)):
        raise Invalid(fields={"places": _("所列号源中有不属于本机构、已过期或已被约走的，请重新选择。")})
    act.referral.offered_places = found
    act.details["places"] = found


def schedule(act: Act) -> None:
    place_id = act.given.place
    if place_id is None:
        return  # the booking already stands (accepted with it, or kept after a cancelled cancellation)
    _check_resident_choice(act, place_id)
    take(act, place_id)


def reschedule(act: Act) -> None:
    if act.party is Party.CLOCK:
        return  # the clinic closed: the booking has moved already
    if act.given.place is None:
        raise Invalid(fields={"place": _("请选择新的时间。")})
    if act.party is Party.RESIDENT:
        _check_department(act.referral, act.given.place)
    take(act, act.given.place)


def _check_resident_choice(act: Act, place_id: int) -> None:
    offered = act.referral.offered_places
    if act.party is not Party.RESIDENT:
        return
    if not offered:
        _check_department(act.referral, place_id)
    elif place_id not in offered:
        raise Invalid(fields={"place": _("请在医院提供的时间中选择，或告诉医院都不合适。")})


def _check_department(referral: Referral, place_id: int) -> None:
    """What the hospital did not offer itself a resident may take only where the referral goes."""
    if referral.department_id and place_at(referral, place_id).department_id != referral.department_id:
        raise Invalid(fields={"place": _("请在原科室的号源中选择。")})


def release(act: Act) -> None:
    """Give the place back, if one is still held or booked."""
    if live := live_booking(act.referral, act.at):
        reason = act.given.note or act.move.name
        booking.cancel(live.pk, reason[:80], by=act.by, at=act.at, tell_referral=False)


def arrive(act: Act) -> None:
    """The booking is kept if it is today's; who came on another day gives the place back and is seen all the same."""
    found = act.referral.booking
    if found is None:
        return
    found.refresh_from_db()
    if rules.day_of(found.place.starts_at) == rules.day_of(act.at) and found.state in {
        BookingState.BOOKED,
        BookingState.NO_SHOW,
    }:
        booking.mark_arrived(found.pk, by=act.by, at=act.at, tell_referral=False)
    else:
        release(act)


def mark_no_show(act: Act) -> None:
    if live := live_booking(act.referral, act.at):
        booking.mark_no_show(live.pk, by=act.by, at=act.at, tell_referral=False)
