"""What happened in a ward: told by a hospital's system or by hand, in any order, each thing once.

Every movement is kept; where a patient lay is worked out anew from all that was told of the episode (`kernel.stays`),
so that late, shuffled and repeated messages end in the same stays. What cannot be yet (the patient before has not been
discharged, as far as we were told) waits, is listed, and is tried again with every further movement of the house.
By hand nothing waits and nobody is put into a ward of the other sex: then the movement is refused.

Movements of one house follow each other: its feed is the lock. What has happened goes before what was planned: a
reserved bed that is taken all the same is moved to another of the ward, or stands in the list of differences.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.booking.policies import KEEPERS
from fenji.apps.common import audit
from fenji.apps.common.errors import DomainError, Invalid, NotFound
from fenji.apps.common.free_text import fault_in
from fenji.apps.residents.relations import relation_for
from fenji.apps.stays import rules, standing
from fenji.apps.stays.claim import lock_these
from fenji.apps.stays.errors import AlreadyAdmitted, BedOccupied, MovementChanged, StayEnded
from fenji.apps.stays.models import Feed, Movement, Resource, Stay
from fenji.apps.stays.policies import WARD_STAFF, Person, Span, check_fits
from fenji.apps.stays.projection import Waits, make_way, settle_bed, settle_episodes
from fenji.kernel.stays import BED_NEEDED, OF_BED, OF_PATIENT, Event, ResourceKind, StayState

SKEW = timedelta(minutes=5)  # between two clocks
OLDEST = timedelta(days=366)
BY_HAND: dict[str, type[DomainError]] = {
    "occupied": BedOccupied, "elsewhere": AlreadyAdmitted, "no_admission": StayEnded, "after_discharge": StayEnded,
}  # fmt: skip


@dataclass(frozen=True)
class MovementForm:
    """One movement as it is told. `bed` is the hospital's code, `until_at` the expected discharge or a block's end."""

    message_id: str
    event: Event
    happened_at: datetime
    episode: str = ""
    bed: str = ""
    resident_id: UUID | None = None
    sex: int = 0
    diagnosis_code: str = ""
    until_at: datetime | None = None
    cancels: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Told:
    """What became of a movement: `is_new` is false for one told before; `waits_for` is empty once it has effect."""

    movement: Movement
    is_new: bool


@transaction.atomic
def record(form: MovementForm, *, institution_id: int, by: User | None, at: datetime, by_hand: bool = False) -> Told:
    """Take a movement in, once. Raises MovementChanged, Invalid, NotFound; by hand also what stands in its way.

    By hand whoever works in its wards tells it, else who speaks for the house.
    The feed counts as heard from at `at`, also when the movement is an old one told again.
    """
    feed = word_from(institution_id, by_messages=not by_hand, at=at)
    standing.check_holds(by, institution_id, WARD_STAFF if by_hand else KEEPERS, at=at)
    told = hashlib.sha256(json.dumps(asdict(form), sort_keys=True, default=str).encode()).hexdigest()
    known = Movement.objects.filter(institution_id=institution_id, message_id=form.message_id).first()
    if known is not None:
        if known.content_hash != told:
            raise MovementChanged
        return Told(known, is_new=False)
    movement = Movement.objects.create(
        institution_id=feed.institution_id, content_hash=told, received_at=at, by=by,
        bed=_check(form, institution_id, at),
        **{name: value for name, value in asdict(form).items() if name not in {"bed"}},
    )  # fmt: skip
    audit.record(
        f"ward.{form.event.value}", movement, by=by, at=at, resident_id=form.resident_id,
        institution_id=institution_id, reason=form.reason, details={"bed": form.bed, "episode": form.episode},
    )  # fmt: skip
    _settle(movement, at)
    movement.refresh_from_db()
    if by_hand:
        _refuse_by_hand(movement)
    _try_again(institution_id, at)
    return Told(movement, is_new=True)


def by_hand(
    event: Event, *, institution_id: int, by: User, at: datetime, bed: str = "", episode: str = "", key: str = "",
    resident_id: UUID | None = None, sex: int = 0, diagnosis_code: str = "", until_at: datetime | None = None,
    reason: str = "", happened_at: datetime | None = None,
) -> Movement:  # fmt: skip
    """The same from the ward board, of residents whom `by` may see.

    An admission without a number gets one; `key` makes a repeated click one act.
    """
    if resident_id is not None and relation_for(by, resident_id, at) is None:
        raise NotFound
    if event is Event.ADMIT and not episode:
        episode = f"H{(happened_at or at):%Y%m%d}{uuid4().hex[:8].upper()}"
    form = MovementForm(
        key or f"hand-{uuid4().hex}", event, happened_at or at, episode, bed, resident_id, sex, diagnosis_code,
        until_at, "", reason,
    )  # fmt: skip
    return record(form, institution_id=institution_id, by=by, at=at, by_hand=True).movement


@transaction.atomic
def hear_from(institution_id: int, *, by_messages: bool, by: User | None, at: datetime) -> Feed:
    """The house says that what we have is so: beds may be promised again. Raises NotFound for who may not say it.

    A person who has looked round is written down; a system that says every minute that it is there is not.
    """
    feed = word_from(institution_id, by_messages=by_messages, at=at)
    standing.check_holds(by, institution_id, KEEPERS if by_messages else WARD_STAFF, at=at)
    if not by_messages:
        audit.record("ward.check", feed, by=by, at=at, institution_id=institution_id)
    return feed


def word_from(institution_id: int, *, by_messages: bool, at: datetime) -> Feed:
    """The house was heard from, whatever it said. Locks its feed, in the caller's transaction."""
    Feed.objects.get_or_create(institution_id=institution_id, defaults={"last_at": at, "by_messages": by_messages})
    feed = Feed.objects.select_for_update(no_key=True).get(institution_id=institution_id)
    feed.last_at, feed.by_messages = max(feed.last_at, at), feed.by_messages or by_messages
    feed.save(update_fields=["last_at", "by_messages"])
    return feed


@transaction.atomic
def extend_overruns(*, at: datetime) -> int:
    """Keep the beds of who should have left and has not for a while longer; returns how many.

    House by house, as movements do; whoever was promised the bed meanwhile gets another.
    """
    overdue = Stay.objects.filter(kind=ResourceKind.BED, state=StayState.OCCUPIED, until_at__lte=at)
    houses = sorted(set(overdue.values_list("institution_id", flat=True)))
    list(Feed.objects.select_for_update(no_key=True).filter(institution_id__in=houses).order_by("institution_id"))
    beds = lock_these(overdue.values_list("resource_id", flat=True))
    until = at + rules.overrun(at)
    for stay in overdue.filter(resource__in=beds):
        make_way(beds[stay.resource_id], Span(stay.until_at, until), at=at, but=[stay.pk])
        stay.until_at = until
        stay.save(update_fields=["until_at"])
    return len(beds)


def waiting_at(institution_id: int) -> Iterable[Movement]:
    """What was told and could not take effect, oldest first."""
    found = Movement.objects.filter(institution_id=institution_id).exclude(waits_for="")
    return found.select_related("bed__ward").order_by("happened_at", "pk")


def _check(form: MovementForm, institution_id: int, at: datetime) -> Resource | None:
    """The bed meant; raises Invalid for what cannot be understood."""
    faults = {}
    if not form.message_id.strip() or len(form.message_id) > 80:
        faults["message_id"] = _("消息编号应为 1 到 80 个字符。")
    if not at - OLDEST <= form.happened_at <= at + SKEW:
        faults["happened_at"] = _("发生时间不能晚于现在，也不能早于一年前。")
    if form.event in OF_PATIENT and not form.episode:
        faults["episode"] = _("请填写住院号。")
    if form.event is Event.EXPECT and form.until_at is None:
        faults["until_at"] = _("请填写预计出院时间。")
    if form.until_at is not None and form.until_at <= form.happened_at:
        faults["until_at"] = _("须晚于现在（或所报的发生时间）。")
    if form.event is Event.CANCEL and not form.cancels:
        faults["cancels"] = _("请写明撤销哪一条消息。")
    if fault := fault_in(form.reason):
        faults["reason"] = fault
    bed = Resource.objects.filter(institution_id=institution_id, kind=ResourceKind.BED, code=form.bed).first()
    if bed is None and (form.bed or form.event in BED_NEEDED):
        faults["bed"] = _("本院没有这张床，请先登记床位。")
    if faults:
        raise Invalid(fields=faults)
    return bed


def _refuse_by_hand(movement: Movement) -> None:
    """Raise what a message may tell as it happened and a hand may not do. Raises DoesNotFit and those of `BY_HAND`."""
    if movement.waits_for:
        raise BY_HAND[movement.waits_for]
    if movement.event in {Event.ADMIT, Event.TRANSFER} and (bed := movement.bed) is not None:
        lying = Stay.objects.filter(resource=bed, episode=movement.episode, state=StayState.OCCUPIED).first()
        if lying is not None:
            check_fits(bed, Person(lying.sex, needs_isolation=bed.is_isolation))


def _settle(movement: Movement, at: datetime) -> None:
    """Work out anew what the movement concerns; what stands in the way is noted on it and nothing else is changed."""
    target = movement
    if movement.event == Event.CANCEL:
        known = Movement.objects.filter(institution_id=movement.institution_id, message_id=movement.cancels).first()
        if known is None or known.event == Event.CANCEL:
            return  # it will find itself cancelled when it comes
        target = known
    if target.event in OF_BED and target.bed is not None:
        settle_bed(target.bed, at=at)
    elif why := _settle_patients(target, at):
        Movement.objects.filter(pk=movement.pk).update(waits_for=why)


def _settle_patients(movement: Movement, at: datetime) -> str:
    """Settle the movement's episode, together with those in its way that wait themselves; why not, or empty."""
    together = {movement.episode}
    while True:
        try:
            with transaction.atomic():
                settle_episodes(movement.institution_id, together, at=at)
        except Waits as waits:
            others = Movement.objects.filter(institution_id=movement.institution_id, episode=waits.other or None)
            if waits.other in together or not others.exclude(waits_for="").exists():
                return waits.why
            together.add(waits.other)
        else:
            return ""


def _try_again(institution_id: int, at: datetime) -> None:
    """Whatever waited, until nothing more can be settled."""
    before: set[int] = set()
    while True:
        waiting = [one for one in waiting_at(institution_id) if one.waits_for in Waits.MAY_PASS]
        numbers = {one.pk for one in waiting}
        if numbers == before:
            return
        before = numbers
        for one in waiting:
            Movement.objects.filter(pk=one.pk).update(waits_for="")
            _settle(one, at)


def movement_of(institution_id: int, message_id: str) -> Movement:
    """A movement by its message. Raises NotFound."""
    found = Movement.objects.select_related("bed").filter(institution_id=institution_id, message_id=message_id).first()
    if found is None:
        raise NotFound
    return found
