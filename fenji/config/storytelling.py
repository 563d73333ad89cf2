"""Plays the stories: every turn is the real action, by the person whose turn it is, with the clock set to its time."""

import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from fenji.apps.accounts.models import User
from fenji.apps.booking.models import Place, Pool
from fenji.apps.common import clock
from fenji.apps.common.errors import DomainError
from fenji.apps.contracts.models import Contract
from fenji.apps.referrals import actions
from fenji.apps.referrals.given import Given, clean_plan
from fenji.apps.referrals.models import Referral
from fenji.apps.registry.models import Membership
from fenji.apps.residents.models import Resident
from fenji.config.demonstration import story_resident
from fenji.config.demonstration_accounts import COUNTY
from fenji.config.stories import AT_PLACE, CASES, STORIES, Story, Turn
from fenji.kernel.referral import State
from fenji.kernel.roles import Role

Report = Callable[[int, int], None]
OPENS, CLOSES = time(8, 30), time(17)
LONGEST_AGO = 62  # days from the first of last month until now, at most
log = logging.getLogger(__name__)


@transaction.atomic
def tell_stories(report: Report) -> list[Referral]:
    """Begin every referral of the list and take its turns up to now; returns them.

    Each is of another resident; where a demonstration is small and a place has no more, its later stories are left out.
    """
    now, told = clock.now(), []
    cast = {sender: _residents(sender) for sender in {story.sender for story in STORIES}}
    for count, story in enumerate(STORIES, 1):
        resident = story_resident() if story.is_played else next(cast[story.sender], None)
        if resident is not None:
            told.append(_tell(story, resident, now))
        report(count, len(STORIES))
    return told


def _tell(story: Story, resident: Resident, now: datetime) -> Referral:
    at = _begins_at(story, now)
    with clock.set_to(at if story.urgency == "emergency" else min(now, _in_working_hours(at))) as frozen:
        referral = _begin(story, resident)
        if referral.state == State.AWAITING_APPROVAL:
            frozen.advance(timedelta(minutes=20))
            _take(Turn("approve", "head", timedelta()), referral, now)
        for turn in story.turns:
            target = Referral.objects.get(parent=referral) if turn.on_child else _now(referral)
            when = _time_of(turn, target, frozen.at)
            if when > now:
                break
            frozen.move_to(when)
            try:
                with transaction.atomic():
                    _take(turn, target, now)
            except DomainError as error:  # e.g. a holiday without clinics: the story ends here
                log.warning("story %s stops before %s: %s", story.case, turn.action, error)
                break
    return _now(referral)


def _begins_at(story: Story, now: datetime) -> datetime:
    if not story.day_of_last_month:
        return now - story.ago
    last = timezone.localdate(now).replace(day=1) - timedelta(days=1)
    return timezone.make_aware(datetime.combine(last.replace(day=story.day_of_last_month), time(9)))


def _begin(story: Story, resident: Resident) -> Referral:
    case, doctor = CASES[story.case], _person(story.sender, Role.FAMILY_DOCTOR)
    form = {
        "direction": "up",
        "urgency": story.urgency,
        "diagnosis_code": case.diagnosis_code,
        "diagnosis_name": case.diagnosis_name,
        "specialty": case.specialty,
        "institution": story.receiver,
        "choice_code": "" if story.receiver == COUNTY else "resident_wish",
        "consent_by": "self",
        "measures": dict(case.measures),
        "slip": {"history": case.history, "medicines": case.medicines},
    }
    write = actions.draft if story.is_draft else actions.refer
    return write(resident.pk, form, by=doctor, institution_id=_institution_of(doctor, story.sender))


def _take(turn: Turn, referral: Referral, now: datetime) -> None:
    given = _given(turn.given, referral, now)
    actions.perform(referral.pk, turn.action, given, by=_actor(turn.who, referral), version=referral.version)


def _given(said: Mapping[str, Any], referral: Referral, now: datetime) -> Given:
    given = dict(said)
    if "places" in given:
        given["places"] = tuple(_free_after(now, referral)[: given["places"]])
    if "place" in given:
        given["place"] = _free_after(clock.now(), referral).first()
    if "plan" in given:
        today = timezone.localdate(clock.now())
        tasks = [{"due_on": today + timedelta(days=after), "what": what} for after, what in given["plan"]["tasks"]]
        given["plan"] = clean_plan(given["plan"] | {"tasks": tasks}, today=today)
        given.setdefault("institution", referral.sender.code)
    return Given(**given)


def _free_after(at: datetime, referral: Referral) -> QuerySet[Place, int]:
    """The places kept for referrals from a day later on, soonest first."""
    free = Place.objects.filter(department=referral.department, pool=Pool.REFERRAL, is_open=True, taken_by=None)
    later = free.filter(starts_at__gt=at + timedelta(days=1)).order_by("starts_at")
    return later.values_list("pk", flat=True)


def _time_of(turn: Turn, referral: Referral, before: datetime) -> datetime:
    if turn.after != AT_PLACE:
        after = before + turn.after
        return after if referral.urgency == "emergency" else _in_working_hours(after)
    place = referral.booking.place if referral.booking else None
    if place is None:
        return before + timedelta(hours=1)
    return place.ends_at if turn.action == "mark_no_show" else place.starts_at


def _in_working_hours(at: datetime) -> datetime:
    """The same moment if somebody is at the desk then, else the next morning's or that day's opening."""
    local = timezone.localtime(at)
    if local.time() >= CLOSES:
        local = local.replace(hour=OPENS.hour, minute=OPENS.minute) + timedelta(days=1)
    elif local.time() < OPENS:
        local = local.replace(hour=OPENS.hour, minute=OPENS.minute)
    return local


def _actor(who: str, referral: Referral) -> User:
    receiver, sender = referral.receiver, referral.sender
    if who == "office" and receiver:
        return _person(receiver.code, Role.REFERRAL_OFFICE)
    if who == "community" and receiver:
        return _person(receiver.code, Role.FAMILY_DOCTOR)
    if who == "physician" and receiver:
        department = referral.department.code if referral.department else ""
        return _person(receiver.code, Role.PHYSICIAN, department)
    return _person(sender.code, Role.PRIMARY_HEAD if who == "head" else Role.FAMILY_DOCTOR)


def _person(institution: str, role: Role, department: str = "") -> User:
    """Who holds the post: the demonstration's login if it is one, so that its desk is full; else the first."""
    posts = Membership.objects.filter(institution__code=institution, role=role.value, valid_until=None)
    if department:
        posts = posts.filter(department__code=department)
    return posts.order_by("-user__is_demonstration", "user__source_code").select_related("user")[0].user


def _institution_of(user: User, code: str) -> int:
    return user.memberships.filter(institution__code=code).values_list("institution_id", flat=True)[0]


def _residents(sender: str) -> Iterator[Resident]:
    """Adults with a team of the institution since before last month; the story's own resident is left out."""
    today = timezone.localdate(clock.now())
    signed = Contract.objects.filter(
        team__institution__code=sender,
        ended_reason="",
        valid_from__lt=today - timedelta(days=LONGEST_AGO),
        valid_until__gt=today,
    )
    adults = Resident.objects.filter(
        pk__in=signed.values("resident"), birth_date__year__lt=today.year - 30, is_deceased=False, merged_into=None
    )
    return iter(adults.exclude(accounts__user__is_demonstration=True).order_by("card_number")[:60])


def _now(referral: Referral) -> Referral:
    return Referral.objects.select_related("sender", "receiver", "department", "booking__place").get(pk=referral.pk)
