"""From movements to stays: what was told of one episode or one bed, written upon the beds.

Belongs into the transaction of `movements`, in which the house's feed is locked. Raises Waits when another patient is
in the way; the caller then undoes what was begun.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Q, QuerySet

from fenji.apps.common.errors import Busy
from fenji.apps.residents.models import CareRelationKind
from fenji.apps.residents.relations import close_relations, open_relation
from fenji.apps.stays import rules
from fenji.apps.stays.actions import end, fill
from fenji.apps.stays.claim import clear_lapsed, in_the_way, lock_these, write
from fenji.apps.stays.displaced import find_another
from fenji.apps.stays.models import Movement, Resource, Stay
from fenji.apps.stays.policies import Person, Span
from fenji.kernel.stays import PLANNED, Course, Event, Lie, ResourceKind, StayState, Told, cleaned_by, closures, course

FOREVER = timedelta(days=3650)  # a block without an end
READABLE_DAYS = 30  # after the discharge, for questions
COMES_WITHIN = timedelta(days=3)  # who was expected and came on another day


class Waits(Exception):
    """Not yet: `why` is occupied, elsewhere (in another bed), no_admission, after_discharge.

    `other` is the episode in the way, where there is one.
    """

    MAY_PASS: ClassVar[frozenset[str]] = frozenset({"occupied", "elsewhere", "no_admission"})

    def __init__(self, why: str, other: str = "") -> None:
        super().__init__(why)
        self.why, self.other = why, other


@dataclass(frozen=True)
class _Episode:
    """All that was told of one episode, and the rows it has so far."""

    movements: list[Movement]
    told: Course
    known: list[Stay]

    @property
    def beds(self) -> set[int]:
        return {lie.bed for lie in self.told.lies} | {stay.resource_id for stay in self.known}


def settle_episodes(institution_id: int, episodes: Collection[str], *, at: datetime) -> None:
    """Write the stays of patients as all that was told of them says; of several at once, so that two may swap beds."""
    read = [_read(institution_id, episode, at) for episode in sorted(episodes)]
    resources = lock_these(set().union(*(one.beds for one in read)))
    for one in read:
        _set_aside(one.known, at)
    for one in read:
        _write_lies(one, resources, at)
    for one in read:
        numbers = [row.pk for row in one.movements if row.event != Event.CANCEL]
        Movement.objects.filter(pk__in=numbers).update(waits_for="")
        Movement.objects.filter(pk__in=numbers, message_id__in=one.told.ignored).update(waits_for="after_discharge")


def settle_bed(bed: Resource, *, at: datetime) -> None:
    """Write when a bed was cleaned and when it was out of use."""
    lock_these([bed.pk])
    for stay in Stay.objects.filter(resource=bed, state=StayState.CLEANING):
        write_cleaning(bed, stay.from_at, stay.episode, at=at)
    _settle_closures(bed, at)


def _read(institution_id: int, episode: str, at: datetime) -> _Episode:
    movements = _with_cancels(Movement.objects.filter(institution_id=institution_id, episode=episode))
    told = course(_told(movements))
    if not told.lies and any(one.event != Event.CANCEL for one in _unvoided(movements)):
        raise Waits("no_admission")
    known = list(Stay.objects.filter(institution_id=institution_id, episode=episode).exclude(state__in=GONE))
    if told.lies and not known and (promised := _promised(institution_id, movements, at)):
        known.append(promised)
    return _Episode(movements, told, known)


def _settle_closures(bed: Resource, at: datetime) -> None:
    told = closures(_told(_of_bed(bed, (Event.BLOCK, Event.UNBLOCK))))
    Stay.objects.filter(resource=bed, state=StayState.BLOCKED).update(state=StayState.DONE, ended_at=at)
    for lie in told:
        until = lie.until_at or at + FOREVER
        if until > at:
            _block(bed, Span(lie.from_at, until), at)


def write_cleaning(bed: Resource, left_at: datetime, episode: str, *, at: datetime) -> None:
    """The bed is cleaned from `left_at` until told, or as long as it takes, or until somebody lies in it again."""
    Stay.objects.filter(resource=bed, state=StayState.CLEANING, from_at=left_at).delete()
    clean_at = cleaned_by(left_at, _told(_of_bed(bed, (Event.CLEAN,))), takes=rules.cleaning_takes(at))
    clear_lapsed(bed.pk, at=at)
    for other in in_the_way(bed.pk, Span(left_at, clean_at), at=at):
        if other.state in {StayState.OCCUPIED, StayState.BLOCKED}:
            clean_at = min(clean_at, max(left_at, other.from_at))
        elif other.state in PLANNED and clean_at > at:
            find_another(other, at=at)
    if clean_at > at:
        stay = Stay(state=StayState.CLEANING, episode=episode)
        write(fill(stay, bed, Span(left_at, clean_at), person=Person(), by=None, at=at), at=at)


GONE = (StayState.CANCELLED, StayState.EXPIRED, StayState.DONE)


def _set_aside(known: Iterable[Stay], at: datetime) -> None:
    """Take off the locked beds what this episode lay on, to be written anew; its cleanings are worked out again."""
    for stay in known:
        stay.refresh_from_db()
        if stay.state in GONE:
            raise Busy  # a promise that was withdrawn at this very moment
        if stay.state == StayState.CLEANING:
            stay.delete()
        else:
            Stay.objects.filter(pk=stay.pk).update(state=StayState.LEFT, until_at=stay.from_at)


def _write_lies(episode: _Episode, resources: dict[int, Resource], at: datetime) -> None:
    """Rows are used again in their order, so that a stay keeps its id when an earlier time becomes known."""
    told, movements = episode.told, episode.movements
    rows = sorted((stay for stay in episode.known if stay.state != StayState.CLEANING), key=lambda stay: stay.from_at)
    admitted_at = told.lies[0].from_at if told.lies else at
    for number, lie in enumerate(told.lies):
        stay = rows[number] if number < len(rows) else Stay(**_of_episode(movements), **_measured(rows))
        stay.admitted_at, stay.expected_at = admitted_at, told.expected_at
        _write_lie(stay, lie, resources[lie.bed], movements, at)
    for stay in rows[len(told.lies) :]:
        end(stay, StayState.CANCELLED, "撤销", at=at)
    _follow_with_relation(told, movements, resources, at)
    for lie in told.lies:
        if lie.until_at is not None:
            write_cleaning(resources[lie.bed], lie.until_at, movements[0].episode, at=at)
            _settle_closures(resources[lie.bed], at)


def _measured(rows: list[Stay]) -> dict[str, Any]:
    """What the ward wrote of the patient goes along into the next bed."""
    return {"measures": rows[-1].measures, "measured_at": rows[-1].measured_at} if rows else {}


def _follow_with_relation(
    told: Course, movements: list[Movement], resources: dict[int, Resource], at: datetime
) -> None:
    """While somebody lies there the house may read the record, and for a while after."""
    said = _of_episode(movements)
    cause = f"{movements[0].institution_id}:{said['episode']}"
    if said["resident_id"] and told.lies and told.lies[-1].until_at is None:
        house = resources[told.lies[-1].bed].institution_id
        open_relation(
            said["resident_id"], institution_id=house, kind=CareRelationKind.VISIT, cause_kind="stay", cause_id=cause,
            at=at,
        )  # fmt: skip
    elif said["resident_id"]:
        close_relations(cause_kind="stay", cause_id=cause, at=at, keep_days=READABLE_DAYS)


def _write_lie(stay: Stay, lie: Lie, bed: Resource, movements: list[Movement], at: datetime) -> None:
    said = _of_episode(movements)
    stay.episode, stay.held_until = said["episode"], None
    stay.resident_id = stay.resident_id or said["resident_id"]
    stay.diagnosis_code = said["diagnosis_code"] or stay.diagnosis_code
    person = Person(said["sex"] or stay.sex, stay.needs_isolation)
    stay.state = StayState.OCCUPIED if lie.until_at is None else StayState.LEFT
    until = lie.until_at or planned_end(stay, lie.from_at, at)
    if lie.until_at is None:
        _check_nowhere_else(stay, bed, at)
        make_way(bed, Span(lie.from_at, until), at=at, but=[stay.pk])
    else:
        stay.ended_at = lie.until_at
    write(fill(stay, bed, Span(lie.from_at, until), person=person, by=stay.made_by, at=at), at=at)


def planned_end(stay: Stay, from_at: datetime, at: datetime) -> datetime:
    """Until when a patient in bed keeps everybody else out: expected, else usual; a while from now if that is past."""
    admitted = stay.admitted_at or from_at
    expected = stay.expected_at or admitted + rules.usual_stay(stay.diagnosis_code, age_of(stay, at), at)
    return expected if expected > at else at + rules.overrun(at)


def age_of(stay: Stay, at: datetime) -> int | None:
    born = stay.resident.birth_date if stay.resident_id and stay.resident else None
    day = rules.day_of(at)
    return None if born is None else day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def make_way(bed: Resource, span: Span, *, at: datetime, but: Iterable[UUID] = ()) -> None:
    """What has happened goes before what was planned: cleanings are cut, blocks wait, promises go to another bed."""
    clear_lapsed(bed.pk, at=at)
    for other in in_the_way(bed.pk, span, at=at, but=list(but)):
        if other.state == StayState.OCCUPIED:
            raise Waits("occupied", other.episode)
        if other.state == StayState.CLEANING:
            other.until_at = max(other.from_at, span.from_at)
            end(other, StayState.DONE, "", at=at)
        elif other.state == StayState.BLOCKED:
            _put_off(other, span, at)
        else:
            find_another(other, at=at)


def _put_off(block: Stay, span: Span, at: datetime) -> None:
    if block.until_at > span.until_at:
        block.from_at = span.until_at
        block.save(update_fields=["from_at"])
    else:
        end(block, StayState.DONE, "", at=at)


def _block(bed: Resource, span: Span, at: datetime) -> None:
    """A block begins when the patient in the bed has left; promises go elsewhere."""
    clear_lapsed(bed.pk, at=at)
    for other in in_the_way(bed.pk, span, at=at):
        if other.state == StayState.OCCUPIED:
            span = Span(max(span.from_at, other.until_at), span.until_at)
        elif other.state in PLANNED:
            find_another(other, at=at)
        else:
            end(other, StayState.DONE, "", at=at)
    if span.from_at < span.until_at:
        write(fill(Stay(state=StayState.BLOCKED), bed, span, person=Person(), by=None, at=at), at=at)


def _check_nowhere_else(stay: Stay, bed: Resource, at: datetime) -> None:
    """The same patient under another number, not discharged as far as we know."""
    if stay.resident_id is None:
        return
    lying = Stay.objects.filter(
        institution_id=bed.institution_id, resident_id=stay.resident_id, state=StayState.OCCUPIED, kind=ResourceKind.BED
    )
    if (other := lying.exclude(pk=stay.pk).first()) is not None:
        raise Waits("elsewhere", other.episode)


def _promised(institution_id: int, movements: list[Movement], at: datetime) -> Stay | None:
    """The bed kept for this patient about this time: the admission fulfils it, wherever the patient was put."""
    said = _of_episode(movements)
    if said["resident_id"] is None:
        return None
    first = min(one.happened_at for one in movements)
    kept = Stay.objects.filter(
        institution_id=institution_id, resident_id=said["resident_id"], kind=ResourceKind.BED, episode="",
        state__in=[state.value for state in PLANNED], from_at__lte=first + COMES_WITHIN,
        until_at__gte=first - COMES_WITHIN,
    )  # fmt: skip
    lapsed = Q(state=StayState.HELD, held_until__lte=at)
    return kept.exclude(lapsed).order_by("from_at").first()


def _of_episode(movements: list[Movement]) -> dict[str, Any]:
    """What is known of the patient: from the latest movement that says so."""
    own = [one for one in movements if one.event != Event.CANCEL]
    latest = sorted(own, key=lambda one: (one.happened_at, one.message_id), reverse=True)
    return {
        "episode": latest[0].episode,
        "resident_id": next((one.resident_id for one in latest if one.resident_id), None),
        "sex": next((one.sex for one in latest if one.sex), 0),
        "diagnosis_code": next((one.diagnosis_code for one in latest if one.diagnosis_code), ""),
    }


def _of_bed(bed: Resource, events: tuple[Event, ...]) -> list[Movement]:
    return _with_cancels(Movement.objects.filter(bed=bed, event__in=[event.value for event in events]))


def _with_cancels(found: QuerySet[Movement]) -> list[Movement]:
    movements = list(found)
    if not movements:
        return []
    ids = [one.message_id for one in movements]
    house = movements[0].institution_id
    return [*movements, *Movement.objects.filter(institution_id=house, event=Event.CANCEL, cancels__in=ids)]


def _unvoided(movements: list[Movement]) -> list[Movement]:
    void = {one.cancels for one in movements if one.event == Event.CANCEL}
    return [one for one in movements if one.message_id not in void]


def _told(movements: Iterable[Movement]) -> list[Told]:
    return [
        Told(one.message_id, Event(one.event), one.happened_at, one.bed_id, one.until_at, one.cancels)
        for one in movements
    ]
