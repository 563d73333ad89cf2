"""Referrals: the form, what a move is given, and what is shown."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils import timezone
from ninja import Schema
from pydantic import AfterValidator, Field, StrictBool, StrictFloat, StrictInt, StrictStr, WithJsonSchema

from fenji.api.shapes.common import Code, In, Moment, Ref
from fenji.api.shapes.first_contact import FirstContactShown, first_contact_shown
from fenji.apps.referrals.exam_wishes import MOST
from fenji.apps.referrals.given import Given, clean_note, clean_plan, clean_reply
from fenji.apps.referrals.models import Attachment, FirstContact, FollowUp, Referral, Reply, Step
from fenji.kernel.referral import BY_ACTION, REASONS, STATES, Direction, Move, Party, State, Urgency

Measure = StrictBool | StrictInt | StrictFloat | Annotated[StrictStr, Field(max_length=60)]
Measures = Annotated[dict[Annotated[str, Field(max_length=40)], Measure], Field(max_length=60)]

# The moves that a caller may name: not those that begin a referral, nor those only the clock makes.
ACTIONS = sorted(name for name, one in BY_ACTION.items() if one.start and set(one.by) != {Party.CLOCK})


def _known(action: str) -> str:
    if action not in ACTIONS:
        raise ValueError("no such move")
    return action


Action = Annotated[str, AfterValidator(_known), WithJsonSchema({"type": "string", "enum": ACTIONS})]


class SlipIn(In):
    """The boxes of the two-way referral slip (双向转诊单)."""

    complaint: Annotated[str, Field(max_length=200)] = ""
    history: Annotated[str, Field(max_length=1000)] = ""
    past_history: Annotated[str, Field(max_length=500)] = ""
    treatment: Annotated[str, Field(max_length=1000)] = ""
    results: Annotated[str, Field(max_length=1000)] = ""
    medicines: Annotated[str, Field(max_length=500)] = ""
    allergies: Annotated[str, Field(max_length=200)] = ""
    caution: Annotated[str, Field(max_length=300)] = ""
    contact_phone: Annotated[str, Field(max_length=30)] = ""


class TaskIn(In):
    due_on: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    what: Annotated[str, Field(max_length=200)]


class MedicineIn(In):
    name: Annotated[str, Field(max_length=60)]
    dose: Annotated[str, Field(max_length=60)] = ""
    frequency: Annotated[str, Field(max_length=60)] = ""
    days: Annotated[str, Field(max_length=60)] = ""


class PlanIn(In):
    """The continuing plan sent down, with at least one follow-up."""

    treatment: Annotated[str, Field(max_length=2000)]
    tasks: Annotated[list[TaskIn], Field(min_length=1, max_length=20)]
    medicines: Annotated[list[MedicineIn], Field(max_length=20)] = []
    rehabilitation: Annotated[str, Field(max_length=2000)] = ""
    nursing: Annotated[str, Field(max_length=2000)] = ""
    warning_signs: Annotated[str, Field(max_length=1000)] = ""
    guidance_days: Annotated[int, Field(strict=True, ge=1, le=365)] | None = None


class FormIn(In):
    """What a referral is written on. `institution` is the receiver's code; `place` the slot the resident chose."""

    direction: Direction = Direction.UP
    urgency: Urgency = Urgency.ROUTINE
    diagnosis_code: Annotated[str, Field(max_length=10)] = ""
    diagnosis_name: Annotated[str, Field(max_length=80)] = ""
    specialty: Annotated[str, Field(max_length=8)] = ""
    institution: Annotated[str, Field(max_length=40)] = ""
    department: Ref | None = None
    place: Ref | None = None
    criterion: Annotated[str, Field(max_length=60)] = ""
    choice_code: Annotated[str, Field(max_length=20)] = ""  # asked for where the rules prefer another: CHOICE_REASONS
    choice_reason: Annotated[str, Field(max_length=300)] = ""
    wishes: Annotated[str, Field(max_length=200)] = ""
    consent_by: Literal["", "self", "guardian", "emergency"] = ""
    slip: SlipIn = SlipIn()
    measures: Measures = {}
    plan: PlanIn | None = None  # what goes down with the patient: a downward referral is not sent without


class DaySurgeryIn(In):
    """A day surgery asked for with the referral; without `starts_at` the soonest the hospital opened."""

    procedure: Annotated[str, Field(min_length=1, max_length=80)]
    starts_at: Moment | None = None


class NewReferralIn(In):
    """With `send` it is written and sent in one go. `acting_institution` for who works at several.

    With `day_surgery` theatre and recovery place are reserved with the sending, or nothing is written; a draft keeps
    the wish for it. The same with `examinations`, ids of what the receiver offers: the soonest time of each.
    """

    resident_id: UUID
    form: FormIn
    send: Annotated[bool, Field(strict=True)] = True
    day_surgery: DaySurgeryIn | None = None
    examinations: Annotated[list[Ref], Field(max_length=MOST)] = []
    acting_institution: Code = ""


class PaperIn(In):
    """A patient who is here with a paper slip or none; `sender` is the code of the institution that sent."""

    resident_id: UUID
    form: FormIn
    sender: Annotated[str, Field(max_length=40)]
    acting_institution: Code = ""


class ReplyIn(In):
    treatment: Annotated[str, Field(max_length=2000)]
    admission_number: Annotated[str, Field(max_length=40)] = ""
    diagnosis_code: Annotated[str, Field(max_length=10)] = ""
    diagnosis_name: Annotated[str, Field(max_length=80)] = ""
    findings: Annotated[str, Field(max_length=2000)] = ""
    advice: Annotated[str, Field(max_length=2000)] = ""


class MoveIn(In):
    """What a move is given; which fields it needs says `GET …/moves`."""

    note: Annotated[str, Field(max_length=1000)] = ""
    reason: Annotated[str, Field(max_length=40)] = ""
    institution: Annotated[str, Field(max_length=40)] = ""
    department: Ref | None = None
    department_due_at: Moment | None = None
    place: Ref | None = None
    places: Annotated[list[Ref], Field(max_length=20)] = []
    reply: ReplyIn | None = None
    plan: PlanIn | None = None
    form: FormIn | None = None

    def given(self, at: datetime) -> Given:
        """Checked in full before the referral is locked."""
        return Given(
            note=clean_note(self.note),
            reason=self.reason,
            institution=self.institution,
            department=self.department,
            department_due_at=self.department_due_at,
            place=self.place,
            places=tuple(self.places),
            reply=clean_reply(self.reply.dict()) if self.reply else {},
            plan=clean_plan(self.plan.dict(), today=timezone.localdate(at)) if self.plan else None,
            form=self.form.model_dump(mode="json") if self.form else {},
        )


class FilingIn(In):
    """The insurer's number of the filing (医保备案号)."""

    number: Annotated[str, Field(max_length=40)]


class FollowUpIn(In):
    result: Annotated[str, Field(max_length=400)]
    measures: Measures = {}


class AnswerIn(In):
    answer: Annotated[str, Field(max_length=1000)]


class PatientShown(Schema):
    id: UUID
    name: str
    sex: int
    birth_date: date | None
    card_number: str


class ReferralLine(Schema):
    """A referral as it stands in a list."""

    id: UUID
    number: str
    version: int
    state: str
    state_name: str
    direction: str
    urgency: str
    resident_id: UUID
    resident_name: str
    diagnosis_name: str
    sender: str
    receiver: str | None
    department_id: int | None
    appointment_at: datetime | None
    due_at: datetime | None
    created_at: datetime


class ReferralShown(ReferralLine):
    """A referral whole; its ETag is the version."""

    resident: PatientShown
    diagnosis_code: str
    specialty: str
    criterion: str
    choice_code: str
    choice_reason: str
    wishes: str
    slip: dict[str, str]
    measures: dict[str, bool | int | float | str]
    consent_by: str
    offered_places: list[int]
    booking_id: UUID | None
    parent_id: UUID | None
    from_paper: bool
    rulebook_version: str
    first_contact: FirstContactShown | None
    filing_number: str
    filed_at: datetime | None
    sent_at: datetime | None
    arrived_at: datetime | None
    closed_at: datetime | None


class ReferralsShown(Schema):
    items: list[ReferralLine]
    page: int
    has_next: bool


class MoveShown(Schema):
    """A move that the caller may make now. `needs` are the fields to give, `reasons` the codes to choose from."""

    action: str
    name: str
    needs: list[str]
    reasons: dict[str, str]
    party: str
    leads_to: str | None


class MovesShown(Schema):
    version: int
    moves: list[MoveShown]


class StepShown(Schema):
    version: int
    action: str
    from_state: str
    to_state: str
    party: str
    by: str
    institution: str | None
    at: datetime
    reason: str
    note: str


class StepsShown(Schema):
    items: list[StepShown]


class AttachmentShown(Schema):
    id: UUID
    name: str
    media_type: str
    size: int
    added_at: datetime


class AttachmentsShown(Schema):
    items: list[AttachmentShown]


class ReplyShown(Schema):
    """What a receiver answered (回转单); `institution` is the code of the house that answered."""

    referral_id: UUID
    institution: str | None
    is_final: bool
    diagnosis_name: str
    findings: str
    treatment: str
    advice: str
    admission_number: str
    by: str
    at: datetime


class RepliesShown(Schema):
    items: list[ReplyShown]


class FollowUpShown(Schema):
    id: int
    referral_id: UUID
    resident_id: UUID
    kind: str
    due_on: date
    what: str
    done_at: datetime | None
    result: str


class FollowUpsShown(Schema):
    items: list[FollowUpShown]


class ComplaintShown(Schema):
    id: int
    referral_id: UUID
    text: str
    made_at: datetime
    answer: str
    answered_at: datetime | None


class ComplaintsShown(Schema):
    items: list[ComplaintShown]


def referral_line(one: Referral) -> ReferralLine:
    return ReferralLine(**_line(one))


def referral_shown(one: Referral) -> ReferralShown:
    return ReferralShown(
        **_line(one),
        resident=PatientShown.model_validate(one.resident, from_attributes=True),
        diagnosis_code=one.diagnosis_code, specialty=one.specialty, criterion=one.criterion,
        choice_code=one.choice_code, choice_reason=one.choice_reason, wishes=one.wishes, slip=one.slip,
        measures=one.measures,
        consent_by=one.consent_by, offered_places=one.offered_places, booking_id=one.booking_id,
        parent_id=one.parent_id, from_paper=one.from_paper, rulebook_version=one.rulebook_version,
        first_contact=first_contact_shown(FirstContact.objects.filter(referral=one).first()),
        filing_number=one.filing_number, filed_at=one.filed_at, sent_at=one.sent_at, arrived_at=one.arrived_at,
        closed_at=one.closed_at,
    )  # fmt: skip


def move_shown(move: Move, party: Party) -> MoveShown:
    return MoveShown(
        action=move.action, name=move.name, needs=list(move.needs), reasons=dict(REASONS.get(move.action, {})),
        party=party.value, leads_to=move.to.value if move.to else None,
    )  # fmt: skip


def step_shown(one: Step) -> StepShown:
    return StepShown(
        version=one.version, action=one.action, from_state=one.from_state, to_state=one.to_state, party=one.party,
        by=one.by_name, institution=one.institution.code if one.institution else None, at=one.at, reason=one.reason,
        note=one.note,
    )  # fmt: skip


def attachment_shown(one: Attachment) -> AttachmentShown:
    return AttachmentShown(
        id=one.pk, name=one.name, media_type=one.media_type, size=one.size, added_at=one.added_at
    )  # fmt: skip


def reply_shown(one: Reply) -> ReplyShown:
    house = one.referral.receiver
    return ReplyShown(
        referral_id=one.referral_id, institution=house.code if house else None, is_final=one.is_final,
        diagnosis_name=one.diagnosis_name, findings=one.findings, treatment=one.treatment, advice=one.advice,
        admission_number=one.admission_number, by=one.by.name, at=one.at,
    )  # fmt: skip


def follow_up_shown(one: FollowUp) -> FollowUpShown:
    return FollowUpShown(
        id=one.pk, referral_id=one.referral_id, resident_id=one.referral.resident_id, kind=one.kind, due_on=one.due_on,
        what=one.what, done_at=one.done_at, result=one.result,
    )  # fmt: skip


def _line(one: Referral) -> dict[str, Any]:
    return {
        "id": one.pk, "number": one.number, "version": one.version, "state": one.state,
        "state_name": STATES[State(one.state)].name, "direction": one.direction, "urgency": one.urgency,
        "resident_id": one.resident_id, "resident_name": one.resident.name, "diagnosis_name": one.diagnosis_name,
        "sender": one.sender.code, "receiver": one.receiver.code if one.receiver else None,
        "department_id": one.department_id, "appointment_at": one.booking.place.starts_at if one.booking else None,
        "due_at": one.due_at, "created_at": one.created_at,
    }  # fmt: skip
