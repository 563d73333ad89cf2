"""Clinics and examination times that a hospital hands over in blocks: only we book them until they are handed back.

A hospital's messages name its own codes and carry its own time. What arrives late, twice or out of order changes
nothing that a newer message has settled: it is refused as `TooLate`, or found done already.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.booking import freshness, offering, physicians, queries, standing
from fenji.apps.booking.errors import HandedBack, TooLate
from fenji.apps.booking.models import Block, Booking, Line, Place, Session
from fenji.apps.booking.policies import LIVING
from fenji.apps.booking.schedules import copy_places
from fenji.apps.booking.sessions import Rebooking, close_session
from fenji.apps.common import audit
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.registry.models import Department, Institution

LONGEST = timedelta(hours=24)
MOST_AHEAD = timedelta(days=366)
MOST_PLACES = 500


@dataclass(frozen=True)
class SessionForm:
    """One clinic, or the times of one examination, as the hospital hands it over; half-open [starts_at, ends_at)."""

    source_code: str
    department_id: int
    starts_at: datetime
    ends_at: datetime
    place_minutes: int
    line: str = "specialist"
    exam_item_id: int | None = None
    physician_id: int | None = None
    reserve_permille: int = 0


@dataclass(frozen=True)
class HandedBackShown:
    """What went back, and what did not because somebody has it."""

    places: int
    kept: list[Booking] = field(default_factory=list)


@transaction.atomic
def hand_over(
    institution_id: int, block_code: str, sessions: Sequence[SessionForm], *, by: User | None, at: datetime
) -> Block:
    """Take over a block, all its sessions or none; what is known already by its code and is the same is left alone.

    Raises Invalid with the row and field at fault (past, empty, too long, another's department, changed since).
    """
    house = _house(institution_id, by, at)
    if not block_code.strip() or not sessions:
        raise Invalid(fields={"block": _("请写明批次编号和至少一场。")})
    block, is_new = Block.objects.get_or_create(
        institution=house, source_code=block_code, defaults={"handed_over_at": at, "handed_over_by": by}
    )
    block = Block.objects.select_for_update(no_key=True).get(pk=block.pk)
    if block.handed_back_at is not None:
        raise HandedBack
    physicians.one_at_a_time(form.physician_id for form in sessions)
    new: list[SessionForm] = []
    for number, form in enumerate(sessions, 1):
        if _is_new(house, block, form, number, at):
            _check(house, form, number, new, at)
            new.append(form)
    rows = [_session(house, block, form, at) for form in new]
    Session.objects.bulk_create(rows)
    places = copy_places(
        (row, form.place_minutes, form.reserve_permille) for row, form in zip(rows, new, strict=True)
    )  # fmt: skip
    freshness.heard_from(house.pk, "hand_over", at=at)
    if rows:
        audit.record(
            "block.hand_over", block, by=by, at=at, institution_id=house.pk,
            details={"new": is_new, "sessions": len(rows), "places": places},
        )  # fmt: skip
    for department in sorted({row.department_id for row in rows}):
        offering.offer_free(department, at=at)
    return block


@transaction.atomic
def hand_back(
    institution_id: int, block_code: str, session_codes: Sequence[str] = (), *, by: User | None, at: datetime
) -> HandedBackShown:
    """Give a block back, or only the sessions named: their free places are closed; what is booked stays and is listed.

    A place that somebody gives up later is not offered again. Handing back twice is harmless. Raises NotFound.
    """
    house = _house(institution_id, by, at)
    block = Block.objects.select_for_update(no_key=True).filter(institution=house, source_code=block_code).first()
    if block is None:
        raise NotFound
    found = Session.objects.filter(block=block)
    if session_codes:
        found = found.filter(source_code__in=session_codes)
        if found.count() != len(set(session_codes)):
            raise NotFound
    locked = list(found.order_by("pk").select_for_update(no_key=True))
    ids = [session.pk for session in locked]
    closed = Place.objects.filter(session_id__in=ids, is_open=True).update(is_open=False)  # waits for who claims now
    living = Booking.objects.filter(session_id__in=ids, state__in=LIVING).exclude(state="held", held_until__lte=at)
    kept = list(living.select_related("place", "session").order_by("place__starts_at", "place__number"))
    Session.objects.filter(pk__in=ids, handed_back_at=None).update(handed_back_at=at)
    if not session_codes and block.handed_back_at is None:
        block.handed_back_at = at
        block.save(update_fields=["handed_back_at"])
    freshness.heard_from(house.pk, "hand_back", at=at)
    audit.record(
        "block.hand_back", block, by=by, at=at, institution_id=house.pk, details={"places": closed, "kept": len(kept)}
    )
    return HandedBackShown(max(0, closed - len(kept)), kept)


@transaction.atomic
def stop(
    institution_id: int, session_code: str, reason: str, *, said_at: datetime, by: User | None, at: datetime
) -> list[Rebooking]:
    """The hospital's word that a clinic is not held (停诊): everybody affected is moved or told.

    `said_at` is the hospital's time of the message. Raises NotFound for a clinic not handed over (send it again
    after the block), TooLate when a newer message of the clinic was obeyed, Invalid for a time to come.
    """
    session = _said(institution_id, session_code, "stop", said_at, by, at)
    if session is None:
        return []
    return close_session(session.pk, reason, by=by, at=at)


@transaction.atomic
def stop_physician(
    institution_id: int, physician_id: int, from_at: datetime, until_at: datetime, reason: str, *, by: User | None,
    at: datetime,
) -> list[Rebooking]:  # fmt: skip
    """A physician is away: every clinic that begins in [from_at, until_at) is closed, everybody moved or told."""
    house = _house(institution_id, by, at)
    if until_at <= max(from_at, at):
        raise Invalid(fields={"until_at": _("结束时间须晚于开始时间，也晚于现在。")})
    found = Session.objects.filter(institution=house, physician_id=physician_id)
    return _stop_all(found, from_at, until_at, reason, by, at)


@transaction.atomic
def stop_equipment(
    institution_id: int, equipment: str, from_at: datetime, until_at: datetime, reason: str, *, by: User | None,
    at: datetime,
) -> list[Rebooking]:  # fmt: skip
    """A machine is out of order: every session of an examination that needs it is closed, everybody moved or told."""
    house = _house(institution_id, by, at)
    if not equipment or until_at <= max(from_at, at):
        raise Invalid(fields={"until_at": _("请写明设备，结束时间须晚于开始时间，也晚于现在。")})
    found = Session.objects.filter(institution=house, exam_item__equipment=equipment)
    return _stop_all(found, from_at, until_at, reason, by, at)


@transaction.atomic
def still_here(institution_id: int, *, by: User | None, at: datetime) -> None:
    """A sign of life without news: what the hospital handed over stands as we have it."""
    freshness.heard_from(_house(institution_id, by, at).pk, "alive", at=at)


def _stop_all(
    found: QuerySet[Session], from_at: datetime, until_at: datetime, reason: str, by: User | None, at: datetime
) -> list[Rebooking]:
    living = found.filter(closed_at=None, ends_at__gt=at, starts_at__gte=from_at, starts_at__lt=until_at)
    numbers = living.order_by("starts_at", "pk").values_list("pk", flat=True)
    return [one for pk in numbers for one in close_session(pk, reason, by=by, at=at)]


def _said(
    institution_id: int, session_code: str, kind: str, said_at: datetime, by: User | None, at: datetime
) -> Session | None:
    """The clinic a message is about, locked; None when this very message was obeyed already."""
    house = _house(institution_id, by, at)
    if said_at > at + timedelta(minutes=5):
        raise Invalid(fields={"said_at": _("消息时间晚于现在。")})
    found = Session.objects.filter(institution=house, block__isnull=False, source_code=session_code)
    session = found.select_for_update(no_key=True).first()
    if session is None:
        raise NotFound
    freshness.heard_from(house.pk, kind, at=at)
    if session.said_at is not None and said_at < session.said_at:
        raise TooLate
    if session.said_at == said_at:
        return None
    session.said_at = said_at
    session.save(update_fields=["said_at"])
    return session


def _house(institution_id: int, by: User | None, at: datetime) -> Institution:
    standing.check_can_keep(by, institution_id, at=at)
    house = Institution.objects.filter(pk=institution_id).first()
    if house is None:
        raise NotFound
    return house


def _is_new(house: Institution, block: Block, form: SessionForm, number: int, at: datetime) -> bool:
    """Whether the session is to be made; False for the very same one again."""
    known = Session.objects.filter(source_system=house.code, source_code=form.source_code).first()
    if known is not None:
        same = known.block_id == block.pk and all(
            getattr(known, name) == getattr(form, name)
            for name in ("department_id", "starts_at", "ends_at", "line", "exam_item_id", "physician_id")
        )
        if not same:
            raise Invalid(fields={f"sessions.{number}": _("这个场次编号已用于另一场，改期请先停诊再交出新的一场。")})
        return False
    return True


def _check(house: Institution, form: SessionForm, number: int, beside: list[SessionForm], at: datetime) -> None:
    """Raise Invalid for what is wrong with a new session, alone or with those before it in the message."""
    if faults := _faults(house, form, at):
        raise Invalid(fields={f"sessions.{number}.{name}": text for name, text in faults.items()})
    if any(one.source_code == form.source_code for one in beside):
        raise Invalid(fields={f"sessions.{number}.source_code": _("同一批中这个场次编号出现了两次。")})
    own = [(one.starts_at, one.ends_at) for one in beside if one.physician_id == form.physician_id]
    if fault := physicians.fault_of(form.physician_id, house.pk, (form.starts_at, form.ends_at), own):
        raise Invalid(fields={f"sessions.{number}.physician_id": fault})


def _faults(house: Institution, form: SessionForm, at: datetime) -> dict[str, str]:
    span = form.ends_at - form.starts_at
    minutes = form.place_minutes
    wrong: list[tuple[bool, str, str]] = [
        (not form.source_code.strip(), "source_code", _("请填写场次编号。")),
        (not _department_is_of(house, form), "department_id", _("该机构没有这个科室。")),
        (form.line not in Line.values, "line", _("门诊类别须为全科、专科、专家或检查。")),
        ((form.line == Line.EXAMINATION) != (form.exam_item_id is not None), "exam_item_id", _("检查须写明项目。")),
        (not queries.is_item_of(form.exam_item_id, form.department_id), "exam_item_id", _("该科室没有这个检查项目。")),
        (form.starts_at <= at, "starts_at", _("开始时间已经过去。")),
        (form.starts_at > at + MOST_AHEAD, "starts_at", _("开始时间过远。")),
        (not timedelta(0) < span <= LONGEST, "ends_at", _("结束时间须晚于开始时间，且不超过一天。")),
        (minutes < 1 or timedelta(minutes=max(minutes, 1)) > span, "place_minutes", _("这段时间放不下一个号。")),
        (minutes >= 1 and span / timedelta(minutes=minutes) > MOST_PLACES, "place_minutes", _("号数过多。")),
        (not 0 <= form.reserve_permille <= 1000, "reserve_permille", _("预留比例须在千分之 0 到 1000 之间。")),
    ]
    return {name: text for is_wrong, name, text in wrong if is_wrong}


def _department_is_of(house: Institution, form: SessionForm) -> bool:
    return Department.objects.filter(pk=form.department_id, institution=house).exists()


def _session(house: Institution, block: Block, form: SessionForm, at: datetime) -> Session:
    return Session(
        institution=house, department_id=form.department_id, physician_id=form.physician_id, line=form.line,
        exam_item_id=form.exam_item_id, block=block, starts_at=form.starts_at, ends_at=form.ends_at,
        source_system=house.code, source_code=form.source_code,
    )  # fmt: skip
