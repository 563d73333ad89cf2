"""Every address of the product by name, each with what it is tried with; and the people who try it.

`PAGES` are looked at in a browser; `POSTED` take no GET; `OTHERS` answer with files, fragments or numbers, not pages.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from fenji.apps.accounts import audit_reading
from fenji.apps.accounts.models import User
from fenji.apps.booking import examinations, reconciling, waiting
from fenji.apps.booking.models import Booking, ExamItem, ExamOrder, Offer, Pool, Schedule, WaitingEntry
from fenji.apps.booking.policies import Wanted
from fenji.apps.booking.reconciling import ListedPlace
from fenji.apps.booking.schedules import make_places
from fenji.apps.common import audit, policy_changes, rulebooks
from fenji.apps.common.models import PolicyChange
from fenji.apps.notices.actions import Addressee, Channel, notify
from fenji.apps.notices.models import Notice
from fenji.apps.payments.models import Case, Claim, Shortfall
from fenji.apps.referrals import actions
from fenji.apps.referrals.actions import direct
from fenji.apps.referrals.given import Given
from fenji.apps.referrals.models import Attachment, Complaint, FollowUp, Referral
from fenji.apps.registry.models import Department
from fenji.apps.residents import actions as residents
from fenji.apps.residents import proofs
from fenji.apps.residents.models import Merge, Resident
from fenji.apps.stays.models import Difference, Proposal, Resource, Stay, Surgery, SurgeryCall, Ward
from fenji.exchange import actions as exchange
from fenji.exchange.sheet_writing import template_of
from fenji.kernel.referral import State
from fenji.kernel.roles import Office, Role
from fenji.kernel.tiers import Kind, Level, Tier
from tests.apps.booking.clinic import exam_item
from tests.apps.booking.clinic import session as exam_session
from tests.apps.residents.conftest import registered
from tests.factories.accounts import administrator
from tests.factories.accounts import person as account
from tests.factories.journey import WAYS, reach, step
from tests.factories.officers import officer, weeks_ahead
from tests.factories.wards import make_ward
from tests.factories.world import World, institution, make_world, person, resident_id
from tests.factories.world import make_places as places_of
from tests.stories.test_information import photograph
from tests.web.every_bill import settle_some

GROUPS = {
    "outside": ("", "nobody", "patient", "insurer", "officer"),
    "township": ("village_doctor", "nurse", "doctor", "head"),
    "hospital": ("office", "physician", "reader"),
    "administration": ("security", "audit", "system"),
}  # "" is a stranger


@dataclass
class Town:
    """The world with something behind every address."""

    world: World
    referrals: dict[State, Referral] = field(default_factory=dict)
    who: User | None = None  # who looks

    @property
    def patient(self) -> Any:
        return resident_id(self.world)


def make_everything(at: datetime) -> Town:
    world = make_world(at)
    town = Town(world)
    agency = institution("yx-yibao", "阳西县医疗保障局", Kind.INSURER, Tier.COUNTY, Level.NONE, world.region)
    for name, house, role in (
        ("village_doctor", world.township, Role.VILLAGE_DOCTOR), ("reader", world.county, Role.READER),
        ("insurer", agency, Role.INSURER),
    ):  # fmt: skip
        world.people[name] = person(name, house, role)
    account("nobody", name="无岗位")
    for office in (Office.SECURITY, Office.AUDIT, Office.SYSTEM):
        administrator(office)
    with_places = (State.APPOINTMENT_CANCELLED, State.SCHEDULED)  # last: with free places the other ways lead elsewhere
    town.referrals = {state: reach(world, state) for state in [*WAYS, State.DRAFT] if state not in with_places}
    town.referrals[State.APPOINTMENT_CANCELLED] = reach(world, State.APPOINTMENT_CANCELLED)
    town.referrals[State.SCHEDULED] = step(world, reach(world, State.SENT), "accept")
    _after_care(town)
    _at_the_registry(town)
    _clinics(town)
    _waiting(town)
    _examinations(town)
    _for_administrators(town)
    settle_some(world, at)
    make_ward(world)
    User.objects.update(is_demonstration=True)
    return town


def _after_care(town: Town) -> None:
    """A plan that came down and was taken on, one begun, a complaint, a photograph, a call to make."""
    world, sent = town.world, town.referrals[State.SENT]
    again = reach(world, State.RETURNED)
    down = Referral.objects.get(parent=again)
    for action in ("accept", "arrive", "take_on"):
        step(world, down, action)
    begun = {**world.form(direction="down", institution=world.township.code), "plan": {"treatment": "继续用药"}}
    actions.draft(town.patient, begun, by=world.physician, institution_id=world.county.pk)
    guided = FollowUp.objects.filter(referral=down).first()
    assert guided is not None
    FollowUp.objects.create(
        referral=down, institution=world.county, kind=FollowUp.Kind.GUIDANCE, due_on=guided.due_on, what="随诊指导"
    )
    actions.attach(sent.pk, name="心电图.png", content=photograph(), by=world.doctor)
    version = Referral.objects.get(pk=sent.pk).version
    actions.perform(sent.pk, "complain", Given(note="电话没人接。"), by=world.patient, version=version)
    office = Department.objects.get(institution=world.county, is_office=True)
    to = [
        Addressee(institution_id=world.county.pk, department_id=office.pk, channel=Channel.CALL, phone="0662-5550120")
    ]
    notify(
        "referral.overdue",
        cause=("referral", str(sent.pk)),
        to=to,
        text="转诊已超时，请处理。",
        at=world.at,
        once_key="x",
    )


def _at_the_registry(town: Town) -> None:
    """A registered resident, perhaps twice, an unknown patient merged into him, a mother, an emergency."""
    world = town.world
    known = registered(world)
    registered(world, id_kind="passport", id_number="E12345678", sex=1, birth_date=known.birth_date)
    unknown = registered(world, id_kind="unknown", id_number="", name="", phone="")
    registered(world, id_kind="unknown", id_number="", name="", phone="")
    residents.merge(kept_id=known.pk, merged_id=unknown.pk, reason="经核对为同一人", by=world.head)


def _clinics(town: Town) -> None:
    world, rulebook = town.world, rulebooks.current()
    for weekday in range(5):
        Schedule.objects.create(
            department=world.departments["yx-renmin.cardio"], physician=world.physician, weekday=weekday,
            starts=time(14), ends=time(16), place_minutes=20,
            valid_from=date(2026, 1, 1),
        )  # fmt: skip
    make_places(date(2026, 3, 14), at=world.at, rulebook=rulebook)
    unknown = ListedPlace("S9", 1, is_booked=True)  # a list that differs
    reconciling.reconcile(world.county.pk, date(2026, 3, 5), [unknown], by=world.office, at=world.at)
    place = places_of(world.departments["yx-zhongyi.cardio"], world.at, pool=Pool.PUBLIC)[0]
    direct.book(town.patient, place_id=place.pk, by=world.patient, at=world.at)


def _waiting(town: Town) -> None:
    """One on the list of a clinic where he is booked already, one with a place offered."""
    world = town.world
    wanted = Wanted((world.departments["yx-zhongyi.cardio"].pk,), world.at, world.at + timedelta(days=30))
    waiting.enter(town.patient, wanted, by=world.patient, at=world.at)
    actions.wait_for_place(town.referrals[State.ACCEPTED].pk, by=world.doctor)


def _examinations(town: Town) -> None:
    """One ordered, one with a result, one that waits for a time."""
    world = town.world
    items = [exam_item(world.departments["yx-renmin.cardio"], name) for name in ("心脏彩超", "动态心电图")]
    exam_session(items[0].department, world.at + timedelta(hours=4), item=items[0])
    made = [
        examinations.order(town.patient, items[which].pk, "胸闷一周", by=world.doctor, at=world.at, may_wait=True)
        for which in (0, 1)
    ]
    examinations.report(made[0].order.pk, examinations.Result("左室肥厚"), by=world.physician, at=world.at)


def _for_administrators(town: Town) -> None:
    world = town.world
    audit.record(audit_reading.EMERGENCY, world.doctor, by=world.doctor, reason="昏迷送诊，查过敏史")
    policy_changes.draft(weeks_ahead(world.at), by=officer("bureau"))
    kind = exchange.policies.kind_called("institutions")
    exchange.receive(
        "institutions", name="机构.xlsx", content=template_of(kind), by=User.objects.get(username="system")
    )


Arguments = Callable[[Town], list[tuple[Any, ...]]]


def _none(town: Town) -> list[tuple[Any, ...]]:
    return [()]


def _patient(town: Town) -> list[tuple[Any, ...]]:
    return [(town.patient,)]


def _every_referral(town: Town) -> list[tuple[Any, ...]]:
    return [(one.pk,) for one in town.referrals.values()]


def _referrals_shown(town: Town) -> list[tuple[Any, ...]]:
    """In every state; a resident has a page of the same under /me/."""
    is_resident = town.who is not None and town.who.username == "patient"
    return _every_referral(town)[:1] if is_resident else _every_referral(town)


def _two_referrals(town: Town) -> list[tuple[Any, ...]]:
    """One on its way up, one sent down with a plan."""
    down = Referral.objects.filter(parent=town.referrals[State.RETURNED]).get()
    return [(town.referrals[State.SENT].pk,), (down.pk,)]


def _moves(*wanted: tuple[State, str]) -> Arguments:
    return lambda town: [(town.referrals[state].pk, action) for state, action in wanted]


def _session(town: Town) -> list[tuple[Any, ...]]:
    schedule = Schedule.objects.order_by("pk")[0]
    return [(schedule.sessions.order_by("pk")[0].pk,)]


def _own_booking(town: Town) -> list[tuple[Any, ...]]:
    own = Booking.objects.filter(resident_id=town.patient, referral_id=None, exam_order=None, state="booked")
    return [(own.get().pk,)]


def _pair(town: Town) -> list[tuple[Any, ...]]:
    known, again = Resident.objects.get(id_kind="mainland", name="李大山"), Resident.objects.get(id_kind="passport")
    return [(known.pk, again.pk)]


def _unknown(town: Town) -> list[tuple[Any, ...]]:
    return [(Resident.objects.filter(id_kind="unknown", merged_into=None).get().pk,)]


def _person(town: Town) -> list[tuple[Any, ...]]:
    return [(town.world.doctor.pk,)]


def _task(kind: str) -> Arguments:
    return lambda town: [(FollowUp.objects.filter(kind=kind).order_by("pk")[0].pk,)]


def _proof(town: Town) -> list[tuple[Any, ...]]:
    """Made for who looks: a proof is the finder's own."""
    who = town.who or town.world.doctor
    return [(proofs.make(town.patient, who, town.world.at),)]


def _first(model: Any, **wanted: Any) -> Arguments:
    return lambda town: [(model.objects.filter(**wanted).order_by("pk")[0].pk,)]


def _every(model: Any) -> Arguments:
    return lambda town: [(number,) for number in model.objects.order_by("pk").values_list("pk", flat=True)]


def _inpatient(town: Town) -> list[tuple[Any, ...]]:
    return [(Stay.objects.get(state="occupied", resident__isnull=False).pk,)]


def _beds(town: Town) -> list[tuple[Any, ...]]:
    return [(bed.pk,) for bed in Resource.objects.filter(kind="bed").order_by("code")[:4]]


def _cardiology(town: Town) -> list[tuple[Any, ...]]:
    return [(town.world.departments["yx-renmin.cardio"].pk,)]


def _event(town: Town) -> list[tuple[Any, ...]]:
    from fenji.apps.common.models import AuditEvent

    return [(AuditEvent.objects.filter(verb=audit_reading.EMERGENCY).order_by("pk")[0].pk,)]


def _upload(town: Town) -> list[tuple[Any, ...]]:
    from fenji.exchange.models import Upload

    return [(Upload.objects.get().pk,)]


S = State
OWN_MOVES = _moves(
    (S.SENT, "withdraw"), (S.ACCEPTED, "schedule"), (S.ACCEPTED, "decline_offer"), (S.SCHEDULED, "reschedule"),
    (S.SCHEDULED, "cancel_appointment"), (S.SCHEDULED, "request_cancellation"), (S.IN_CARE, "complain"),
)  # fmt: skip
STAFF_MOVES = _moves(
    (S.SENT, "accept"), (S.SENT, "ask"), (S.SENT, "refuse"), (S.SENT, "assign"), (S.SENT, "hand_on"),
    (S.SENT, "withdraw"), (S.SENT, "send_record"), (S.AWAITING_INFORMATION, "answer"), (S.REFUSED, "reroute"),
    (S.HANDING_ON, "take_back"), (S.ACCEPTED, "schedule"), (S.ACCEPTED, "offer"), (S.ACCEPTED, "decline_offer"),
    (S.SCHEDULED, "reschedule"), (S.SCHEDULED, "cancel_appointment"), (S.SCHEDULED, "request_cancellation"),
    (S.CANCELLATION_REQUESTED, "keep"), (S.ARRIVED, "interim_reply"), (S.IN_CARE, "reply"), (S.IN_CARE, "return_down"),
    (S.RETURNED, "resume_care"),
)  # fmt: skip
KINDS_OF_RESIDENT = ("mainland", "unknown", "passport", "mother")

SHARED: dict[str, Arguments] = {
    "components": _none, "network": _none, "published": _none, "status": _none,
    "institution": lambda town: [(town.world.county.code,)],
    "policy": _none, "policy_rule": lambda town: [("payment.ratio.inpatient",)],
    "status_of": lambda town: [(town.referrals[S.SENT].number,)],
    "account_login": _none, "account_inactive": _none, "account_logout": _none, "account": _none, "switch_post": _none,
    "account_change_password": _none, "account_reauthenticate": _none, "mfa_authenticate": _none, "mfa_index": _none,
    "mfa_reauthenticate": _none, "mfa_activate_totp": _none, "mfa_deactivate_totp": _none,
    "mfa_view_recovery_codes": _none, "mfa_generate_recovery_codes": _none,
}  # fmt: skip

PAGES: dict[str, Arguments] = {
    **SHARED, "home": _none,
    # the resident
    "my_now": _none, "my_referrals": _none, "my_referral": _every_referral, "my_move": OWN_MOVES,
    "my_appointments": _none, "my_appointment_move": _own_booking, "my_appointment_cancel": _own_booking,
    "my_bills": _none, "clinics": _none, "clinic_calendar": _cardiology,
    "my_messages": _none, "my_card": _none, "my_seen": _none, "my_family": _none,
    # township and hospital
    "family_doctor": _none, "family_doctor_sent": _none, "family_doctor_received": _none,
    "follow_up": _task(FollowUp.Kind.FOLLOW_UP), "refer": _patient,
    "refer_edit": _first(Referral, state="draft", direction="up"),
    "office_inbox": _none, "office_sent": _none, "office_arrivals": _none, "office_paper": _patient,
    "office_slots": _none, "office_close_clinic": _session, "office_calls": _none, "office_answer": _first(Complaint),
    "clinic": _none, "clinic_guidance": _none, "clinic_guide": _task(FollowUp.Kind.GUIDANCE),
    "clinic_send_down": _patient, "clinic_down_edit": _first(Referral, state="draft", direction="down"),
    "referral": _referrals_shown, "referral_move": STAFF_MOVES, "slip": _two_referrals,
    "residents": _none, "resident": _patient, "resident_new": _none, "resident_duplicates": _none,
    "resident_register": lambda town: [(kind,) for kind in KINDS_OF_RESIDENT],
    "resident_account": _patient, "reading_centre": _none,
    "resident_correct": _patient, "resident_identity": _unknown, "resident_deceased": _patient,
    "resident_merge": _pair, "resident_unmerge": _first(Merge), "resident_emergency": _proof,
    # wards
    "wards": _none, "ward_bed": _beds, "ward_readings": _inpatient,
    "beds_desk": _none, "beds_give": lambda town: [(town.referrals[S.SENT].pk,)],
    "beds_hand_over": _first(Ward), "going_down": _none, "going_down_accept": _first(Proposal), "day_surgery": _none,
    "day_surgery_opening": _none, "day_surgery_new": _patient, "day_surgery_one": _every(Surgery),
    "day_surgery_hand_over": _first(Surgery, state="discharged"), "day_surgery_called": _first(SurgeryCall),
    "capacity": _none, "capacity_list": _none, "capacity_paper": _none, "capacity_reserve": _none,
    "capacity_region": _none, "capacity_compared": _none,
    "waiting_list": _none, "waiting_entry": _every(WaitingEntry), "my_waiting": _none,
    "exam_choose": _patient, "exam_order": lambda town: [(town.patient, one.pk) for one in ExamItem.objects.all()],
    "exam_items": _none, "exam_item_new": _none, "exam_item": _every(ExamItem),
    "exam_orders": _none, "exam_one": _every(ExamOrder), "exam_room": _none, "exam_report": _every(ExamOrder),
    "exam_rebook": _every(ExamOrder), "exam_shared": _none,
    "my_examinations": _none, "my_examination": _every(ExamOrder),
    # the insurer's money
    "insurer": _none, "fund": _none, "bill": _first(Claim), "shortfalls": _none, "shortfall": _first(Shortfall),
    "statements": _none, "cases": _none, "case": _first(Case), "clearing": _none, "compared": _none,
    "enrolments": _none, "enrolment": _patient,
    "clearing_of": lambda town: [(town.world.at.year, town.world.county.pk)],
    "estimate": _none, "estimate_for": _patient, "spending": _none, "spending_of": _patient,
    # commission
    "commission": _none, "commission_overdue": _none, "commission_institutions": _none, "commission_waiting": _none,
    "commission_green": _none,
    "policy_changes": _none, "policy_change": _first(PolicyChange),
    "policy_draft": lambda town: [("payment.ratio.inpatient",), ("choice.stepwise",)],
    "commission_list": lambda town: [(code,) for code in ("up", "overdue")],
    # administration
    "imports": _none, "import_send": lambda town: [("institutions",), ("residents",)], "import_upload": _upload,
    "administration_people": _none, "administration_create": _none, "administration_person": _person,
    "administration_act": lambda town: [(town.world.doctor.pk, "disable")], "administration_audit": _none,
    "administration_emergencies": _none, "administration_review": _event, "administration_system": _none,
    "administration_institutions": _none,
}  # fmt: skip

POSTED: dict[str, Arguments] = {
    "resident_account_end": lambda town: [(town.patient, 1)], "end_acting": lambda town: [(1,)],
    "set_language": _none, "demonstration_login": _none, "my_family_choose": _patient, "my_print": _none,
    "office_reopen_clinic": _session, "office_called": _first(Notice), "resident_visit": _none,
    "resident_reveal": lambda town: [(town.patient, "id")], "referral_attach": _patient,
    **dict.fromkeys(("referral_filing", "referral_hold"), lambda town: [(town.referrals[S.ACCEPTED].pk,)]),
    "administration_give_post": _person, "administration_end_post": lambda town: [(1,)],
    "administration_issue_token": _person, "administration_revoke_token": lambda town: [(1,)],
    **dict.fromkeys(("policy_approve", "policy_refuse", "policy_withdraw"), _first(PolicyChange)),
    "commission_telephoned": lambda town: [(1,)], "import_confirm": _upload,
    "export": lambda town: [("institutions",)],
    "wards_checked": _none, "ward_bed_act": lambda town: [(bed, "discharge") for (bed,) in _beds(town)[:1]],
    "beds_cancel": _first(Stay, state="reserved"), "beds_settle": _first(Difference),
    "going_down_decline": _first(Proposal), "clinic_book": _cardiology, "clinic_wait": _cardiology,
    "waiting_leave": _first(WaitingEntry), "my_waiting_leave": _first(WaitingEntry),
    "exam_arrive": _first(Booking, exam_order__isnull=False), "exam_cancel": _first(ExamOrder),
    "exam_times_end": _first(Schedule),
    "waiting_enter": lambda town: [(town.referrals[S.ACCEPTED].pk,)],
    **dict.fromkeys(
        ("waiting_answer", "my_waiting_answer"), lambda town: [(Offer.objects.order_by("pk")[0].pk, "accept")]
    ),
}  # fmt: skip

OTHERS: dict[str, Arguments] = {
    "referral_paper": lambda town: [(town.referrals[S.SENT].pk, Attachment.objects.get().pk)],
    "refer_diagnoses": _none, "commission_export": lambda town: [("figures",)], "insurer_export": _none,
    "administration_audit_export": _none, "import_template": lambda town: [("institutions",)],
    "health": _none, "metrics": _none, "healthz": _none,
}  # fmt: skip
