"""Day surgery (日间手术), step by step: assessed, theatre and recovery place together, operated, checked, home.

Each open state has an owner (the department) and a deadline; past it the office is told. The handover to the community
is a downward referral with a plan, written with the discharge: see `referrals.actions.going_down`; the calls are in
`surgery_calls`.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.common import audit
from fenji.apps.common.errors import Invalid, NotFound, Stale
from fenji.apps.common.free_text import fault_in
from fenji.apps.notices.actions import Addressee, notify
from fenji.apps.registry.errors import NoOffice
from fenji.apps.registry.models import Department
from fenji.apps.registry.queries import office_of
from fenji.apps.residents.models import Resident
from fenji.apps.stays import actions, bundles, queries, rules, standing
from fenji.apps.stays.bundles import ResourceItem
from fenji.apps.stays.claim import lock_these
from fenji.apps.stays.errors import NoTheatre, NotReadyToGo, NotYet, ResourceTaken, TooEarly
from fenji.apps.stays.models import Surgery, SurgeryCall
from fenji.apps.stays.policies import SURGERY_STEPS, Footing, Person, Span, Wanted
from fenji.apps.stays.theatres import booked_for, check_ends_in_time, rooms_stand, spans
from fenji.kernel.day_surgery import CHECKLIST, DEADLINES, STATES, SurgeryState, against, may_go_home, missing
from fenji.kernel.stays import PLANNED, ResourceKind

S = SurgeryState
NOTE_LENGTH = 400


@transaction.atomic
def request(
    resident: Resident, department: Department, procedure: str, *, by: User, at: datetime, diagnosis_code: str = "",
    referral_id: UUID | None = None,
) -> Surgery:  # fmt: skip
    """Ask for a day surgery; the department assesses within the rulebook's time. Raises Invalid, NotFound."""
    _check_may("request", department.institution_id, by, at)
    procedure = procedure.strip()
    if fault := fault_in(procedure) or ("" if 0 < len(procedure) <= 80 else _("请填写手术名称，最多 80 字。")):
        raise Invalid(fields={"procedure": fault})
    surgery = Surgery(
        institution_id=department.institution_id, department=department, resident=resident, procedure=procedure,
        diagnosis_code=diagnosis_code[:10], referral_id=referral_id, requested_at=at, made_by=by,
    )  # fmt: skip
    return enter(surgery, S.REQUESTED, "request", by=by, at=at)


@transaction.atomic
def assess(
    surgery_id: UUID, checklist: Mapping[str, bool], note: str, *, by: User, at: datetime, version: int
) -> Surgery:
    """Write the checklist before the surgery: fit when every answer is as it must be, else unfit with what is against.

    One whose theatre has been kept since the referral is booked with it; unfit, that is given back.
    Raises Invalid naming every question that is open, NotYet, Stale, NotFound.
    """
    surgery = lock(surgery_id, version, "assess", by, at)
    _check_next(surgery, S.ASSESSED)
    if open_items := missing(checklist):
        raise Invalid(fields={code: _("请回答这一项。") for code in open_items})
    surgery.checklist = {code: bool(checklist[code]) for code in CHECKLIST}
    surgery.checklist_note = clean("note", note)
    faults = against(surgery.checklist)
    surgery.reason = "、".join(CHECKLIST[code].name for code in faults)[:80]
    if faults:
        free_all(surgery, by=by, at=at)
    made = enter(surgery, S.UNFIT if faults else S.ASSESSED, "assess", by=by, at=at)
    if not faults and surgery.starts_at is not None and rooms_stand(surgery, at=at):  # kept from the referral on
        until = spans(surgery.starts_at, at)[0].until_at
        made = enter(surgery, S.BOOKED, "book", by=by, at=at, since=until)
    tell_who_asked(made, at=at)
    return made


@transaction.atomic
def book(surgery_id: UUID, starts_at: datetime, *, by: User, at: datetime, version: int) -> Surgery:
    """Reserve a theatre and, from its end, a recovery place: both or neither. Booked again, the old pair is given back.

    Any of the house's that is free, the department's own first. Raises NoTheatre, EndsTooLate, SpanPast, NotYet, Stale.
    """
    surgery = lock(surgery_id, version, "book", by, at)
    _check_next(surgery, S.BOOKED)
    if surgery.bundle_id is not None:
        bundles.give_back(surgery.bundle_id, "改期", by=by, at=at)
    take_rooms(surgery, starts_at, Footing.HOUSE, by=by, at=at)
    made = enter(surgery, S.BOOKED, "book", by=by, at=at, since=spans(starts_at, at)[0].until_at)
    tell_who_asked(made, at=at)
    return made


@transaction.atomic
def operate(surgery_id: UUID, *, by: User, at: datetime, version: int) -> Surgery:
    """The surgery is done: the theatre is free, the patient lies in recovery from now on.

    Where the recovery place is another's meanwhile, it stays ours as it was planned: see `theatres.is_kept_as_planned`.
    Raises TooEarly, NotYet, Stale.
    """
    surgery = lock(surgery_id, version, "operate", by, at)
    _check_next(surgery, S.OPERATED)
    if surgery.starts_at is None:
        raise NotYet
    if at < surgery.starts_at:
        raise TooEarly(surgery.starts_at)
    rooms = list(booked_for(surgery).filter(state__in=[state.value for state in PLANNED]).order_by("from_at"))
    lock_these([stay.resource_id for stay in rooms])
    for stay in rooms:
        if stay.kind == ResourceKind.THEATRE:
            actions.finish(stay.pk, by=by, at=at)
        else:
            actions.shift(stay.pk, Span(at, at + rules.recovery_lasts(at)), by=by, at=at)
    surgery.operated_at = at
    return enter(surgery, S.OPERATED, "operate", by=by, at=at)


@transaction.atomic
def discharge(surgery_id: UUID, signs: Mapping[str, int], *, by: User, at: datetime, version: int) -> Surgery:
    """The check before going home the same day: passed, the patient leaves and is called on the rulebook's days.

    Raises NotReadyToGo when it is not passed, or the day of the surgery is over; Invalid, NotYet, Stale.
    """
    surgery = lock(surgery_id, version, "discharge", by, at)
    _check_next(surgery, S.DISCHARGED)
    try:
        is_ready = may_go_home(signs, passing=rules.passing_score(at))
    except ValueError:
        raise Invalid(fields={"signs": _("五项体征都要评 0、1 或 2 分。")}) from None
    is_same_day = surgery.operated_at is not None and rules.day_of(at) == rules.day_of(surgery.operated_at)
    if not (is_ready and is_same_day):
        raise NotReadyToGo(None if is_same_day else _("手术日已过，请转为住院或按住院办理出院。"))
    free_all(surgery, by=by, at=at)
    surgery.scores, surgery.discharged_at = dict(signs), at
    SurgeryCall.objects.bulk_create(SurgeryCall(surgery=surgery, due_at=at + span) for span in rules.calls_after(at))
    return enter(surgery, S.DISCHARGED, "discharge", by=by, at=at)


@transaction.atomic
def admit(surgery_id: UUID, reason: str, *, by: User, at: datetime, version: int) -> Surgery:
    """The patient cannot go home today and is admitted; the ward admits by its board. Raises NotYet, Stale, Invalid."""
    return _close(surgery_id, S.ADMITTED, reason, by=by, at=at, version=version)


@transaction.atomic
def cancel(surgery_id: UUID, reason: str, *, by: User, at: datetime, version: int) -> Surgery:
    """It does not take place; theatre and recovery place are given back. Raises NotYet, Stale, Invalid."""
    return _close(surgery_id, S.CANCELLED, reason, by=by, at=at, version=version)


def hand_over(surgery: Surgery, referral_id: UUID, *, by: User, at: datetime) -> None:
    """The community has the patient by this downward referral. The surgery is locked by the caller. Raises NotFound."""
    _check_may("hand_over", surgery.institution_id, by, at)
    surgery.down_referral_id = referral_id
    surgery.save(update_fields=["down_referral_id"])


def take_rooms(surgery: Surgery, starts_at: datetime, footing: Footing, *, by: User, at: datetime) -> None:
    """A theatre and, from its end, a recovery place of the house, the department's own first.

    The surgery is locked by the caller, who writes it. Raises NoTheatre, EndsTooLate.
    """
    check_ends_in_time(starts_at, at)
    in_theatre, in_recovery = spans(starts_at, at)
    house = queries.wards_of(surgery.institution_id)
    wards = sorted(house, key=lambda ward: (ward.department_id != surgery.department_id, ward.code))
    order = tuple(ward.pk for ward in wards)
    try:
        taken = bundles.take(
            [
                ResourceItem(Wanted(in_theatre, ResourceKind.THEATRE, order), in_theatre),
                ResourceItem(Wanted(in_recovery, ResourceKind.RECOVERY, order), in_recovery),
            ],
            resident_id=surgery.resident_id, person=Person(surgery.resident.sex), footing=footing, by=by, at=at,
            referral_id=surgery.referral_id, requested_at=surgery.requested_at,
        )  # fmt: skip
    except ResourceTaken:
        raise NoTheatre from None
    surgery.bundle_id, surgery.starts_at = taken.id, starts_at


def surgeries_at(institution_id: int, *, department_id: int | None = None) -> QuerySet[Surgery]:
    """The house's (or one department's) day surgeries that are not over, those due first at the front."""
    found = Surgery.objects.filter(
        institution_id=institution_id, state__in=[state.value for state, rule in STATES.items() if rule.is_open]
    )
    if department_id is not None:
        found = found.filter(department_id=department_id)
    return found.select_related("resident", "department").order_by("due_at", "starts_at", "requested_at")


def surgery_at(surgery_id: UUID, institution_id: int) -> Surgery:
    """One of the house's. Raises NotFound."""
    found = Surgery.objects.select_related("resident", "department", "institution").filter(
        pk=surgery_id, institution_id=institution_id
    )
    surgery = found.first()
    if surgery is None:
        raise NotFound
    return surgery


def tell_late(*, at: datetime) -> int:
    """Tell the office of day surgeries whose department did not act in time, once a state; returns how many."""
    late = Surgery.objects.filter(due_at__lte=at, told_late_at=None)
    told = 0
    for number in list(late.values_list("pk", flat=True)):
        with transaction.atomic():
            surgery = late.select_for_update(of=("self",), skip_locked=True).filter(pk=number).first()
            if surgery is not None:
                _tell_office(surgery, at)
                told += 1
    return told


def lock(surgery_id: UUID, version: int | None, step: str, by: User, at: datetime) -> Surgery:
    """The surgery locked, if `by` may take this step and saw its last version. Raises NotFound, Stale."""
    found = Surgery.objects.select_for_update(of=("self",), no_key=True).select_related("resident", "department")
    surgery = found.filter(pk=surgery_id).first()
    if surgery is None:
        raise NotFound
    _check_may(step, surgery.institution_id, by, at)
    if version is not None and version != surgery.version:
        raise Stale
    return surgery


def _check_may(step: str, institution_id: int, by: User, at: datetime) -> None:
    standing.check_holds(by, institution_id, SURGERY_STEPS[step], at=at)


def _check_next(surgery: Surgery, state: SurgeryState) -> None:
    if state.value not in STATES[S(surgery.state)].next:
        raise NotYet


def enter(
    surgery: Surgery, state: SurgeryState, verb: str, *, by: User | None, at: datetime, since: datetime | None = None
) -> Surgery:
    """A new state of a locked surgery with its own deadline; a discharged patient's are the calls."""
    surgery.state, surgery.told_late_at = state.value, None
    surgery.version += 0 if surgery._state.adding else 1
    surgery.due_at = (since or at) + rules.step_takes(DEADLINES[state], at) if state in DEADLINES else None
    surgery.save()
    audit.record(
        f"surgery.{verb}", surgery, by=by, at=at, resident_id=surgery.resident_id,
        institution_id=surgery.institution_id, details={"state": state.value, "version": surgery.version},
    )  # fmt: skip
    return surgery


def _close(surgery_id: UUID, state: SurgeryState, reason: str, *, by: User, at: datetime, version: int) -> Surgery:
    verb = "admit" if state is S.ADMITTED else "cancel"
    surgery = lock(surgery_id, version, verb, by, at)
    _check_next(surgery, state)
    surgery.reason = clean("reason", reason)[:80]
    if not surgery.reason:
        raise Invalid(fields={"reason": _("请写明原因。")})
    free_all(surgery, by=by, at=at)
    made = enter(surgery, state, verb, by=by, at=at)
    if state is S.CANCELLED:
        tell_who_asked(made, at=at)
    return made


def free_all(surgery: Surgery, *, by: User | None, at: datetime) -> None:
    """What has begun is over from now on, what has not is given back."""
    for stay in booked_for(surgery).filter(state__in=[state.value for state in PLANNED]).order_by("resource_id"):
        if stay.from_at <= at:
            actions.finish(stay.pk, by=by, at=at)
        else:
            actions.cancel(stay.pk, "日间手术结束", by=by, at=at)


def clean(name: str, text: str) -> str:
    """What was written freely, in its length. Raises Invalid for a number that must not stand in it."""
    if fault := fault_in(text):
        raise Invalid(fields={name: fault})
    return text.strip()[:NOTE_LENGTH]


def tell_who_asked(surgery: Surgery, *, at: datetime) -> None:
    """Say to the doctor who asked with a referral what the hospital decided."""
    if surgery.referral_id is None:
        return
    when = timezone.localtime(surgery.starts_at) if surgery.starts_at else None
    words = {
        S.BOOKED: f"术前评估合格，手术定于 {when:%m月%d日 %H:%M}" if when else "",
        S.ASSESSED: "术前评估合格，手术时间由医院另排",
        S.UNFIT: f"术前评估不宜日间手术（{surgery.reason}），预留已退回",
        S.CANCELLED: f"日间手术取消（{surgery.reason}）",
    }  # fmt: skip
    notify(
        "surgery.answered", cause=("referral", str(surgery.referral_id)), to=[Addressee(user_id=surgery.made_by_id)],
        text=f"{surgery.procedure}：{words[S(surgery.state)]}。", at=at,
        once_key=f"surgery:{surgery.pk}:{surgery.version}",
    )  # fmt: skip


def _tell_office(surgery: Surgery, at: datetime) -> None:
    surgery.told_late_at = at
    surgery.save(update_fields=["told_late_at"])
    try:
        office: int | None = office_of(surgery.institution_id).pk
    except NoOffice:
        office = surgery.department_id
    notify(
        "surgery.late", cause=("surgery", str(surgery.pk)),
        to=[Addressee(institution_id=surgery.institution_id, department_id=office)],
        text=f"一例日间手术停在“{STATES[S(surgery.state)].name}”已超时，请督促科室处理。",
        at=at, once_key=f"surgery:{surgery.pk}:{surgery.version}",
    )  # fmt: skip
