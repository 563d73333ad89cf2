"""Residents: what is told of them, and what is shown, numbers masked."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from fenji.api.shapes.common import Code, Day, Flag, In, Ref
from fenji.apps.contracts.models import Contract
from fenji.apps.residents import identity
from fenji.apps.residents.duplicates import Pair
from fenji.apps.residents.models import CareRelation, Merge, Resident
from fenji.apps.residents.particulars import Particulars
from fenji.apps.residents.search import Stranger

Reason = Annotated[str, Field(max_length=200)]


class ParticularsIn(In):
    """As typed at the counter; sex and birth date may be left out where the ID number tells them."""

    id_kind: Literal["mainland", "birth", "passport", "hmt", "mother", "unknown"]
    name: Annotated[str, Field(max_length=60)] = ""
    id_number: Annotated[str, Field(max_length=40)] = ""
    sex: Literal[0, 1, 2, 9] | None = None
    birth_date: Day | None = None
    phone: Annotated[str, Field(max_length=30)] = ""
    town_code: Annotated[str, Field(max_length=20)] = ""
    address: Annotated[str, Field(max_length=120)] = ""
    scheme: Literal["", "resident", "employee", "none", "other"] = ""
    mother_id: UUID | None = None

    def told(self) -> Particulars:
        return Particulars(**self.dict(include=set(Particulars.__dataclass_fields__)))


class RegisterIn(ParticularsIn):
    acting_institution: Code = ""
    document_seen: Flag = True


class CorrectIn(ParticularsIn):
    reason: Reason


class SearchIn(In):
    """A name, pinyin, initials, card or ID number, or name with last four digits; in the body, never in an address."""

    text: Annotated[str, Field(max_length=80)] = ""
    page: Annotated[int, Field(strict=True, ge=1, le=100)] = 1


class MergeIn(In):
    kept_id: UUID
    merged_id: UUID
    reason: Reason


class ReasonIn(In):
    reason: Reason


class VisitIn(In):
    """`proof` comes with a search result: the patient showed a card or number."""

    proof: Annotated[str, Field(max_length=400)]
    acting_institution: Code = ""


class EmergencyIn(In):
    """`proof` comes with a search result; the reason is read by the audit officer and the resident."""

    proof: Annotated[str, Field(max_length=400)]
    reason: Reason


class SignIn(In):
    resident_id: UUID
    team_id: Ref
    valid_from: Day
    valid_until: Day


class MoveContractIn(SignIn):
    reason: Annotated[str, Field(max_length=80)]


class EndContractIn(In):
    on: Day
    reason: Annotated[str, Field(max_length=80)]


class ResidentShown(Schema):
    """A resident the caller may see. ID and telephone numbers are masked in every answer of the API."""

    id: UUID
    card_number: str
    name: str
    sex: int
    birth_date: date | None
    id_kind: str
    id_masked: str
    is_verified: bool
    phone_masked: str
    town: str | None
    address: str
    scheme: str
    is_deceased: bool


class StrangerShown(Schema):
    """Someone found by an exact number, masked, with the proof by which a visit is opened."""

    resident_id: UUID
    name: str
    sex: int
    birth_year: int | None
    town: str
    proof: str


class SearchShown(Schema):
    own: list[ResidentShown]
    strangers: list[StrangerShown]
    page: int
    has_next: bool


class PairShown(Schema):
    """Two rows that may be one person, for `POST /merges`; `other` is null where the caller may not see it."""

    resident: ResidentShown
    other_id: UUID
    other_name: str
    other: ResidentShown | None
    reasons: list[str]


class DuplicatesShown(Schema):
    items: list[PairShown]
    page: int
    has_next: bool


class VisitShown(Schema):
    resident_id: UUID
    institution: str
    until_at: datetime | None


class MergeShown(Schema):
    id: int
    kept_id: UUID
    merged_id: UUID
    undone_at: datetime | None


class ContractShown(Schema):
    id: int
    resident_id: UUID
    team_id: int
    team: str
    institution: str
    valid_from: date
    valid_until: date


class ContractsShown(Schema):
    items: list[ContractShown]


def resident_shown(one: Resident) -> ResidentShown:
    return ResidentShown(
        id=one.pk, card_number=one.card_number, name=one.name, sex=one.sex, birth_date=one.birth_date,
        id_kind=one.id_kind, id_masked=identity.mask_id(identity.id_number(one)), is_verified=one.is_verified,
        phone_masked=identity.mask_phone(identity.phone_number(one)), town=one.town_id, address=one.address,
        scheme=one.scheme, is_deceased=one.is_deceased,
    )  # fmt: skip


def stranger_shown(one: Stranger) -> StrangerShown:
    return StrangerShown(**vars(one))


def pair_shown(one: Pair, *, may_see: bool) -> PairShown:
    return PairShown(
        resident=resident_shown(one.resident), other_id=one.other.pk,
        other_name=one.other.name if may_see else identity.mask_name(one.other.name),
        other=resident_shown(one.other) if may_see else None, reasons=[str(reason) for reason in one.reasons],
    )  # fmt: skip


def visit_shown(one: CareRelation) -> VisitShown:
    return VisitShown(resident_id=one.resident_id, institution=one.institution.code, until_at=one.until_at)


def merge_shown(one: Merge) -> MergeShown:
    return MergeShown(id=one.pk, kept_id=one.kept_id, merged_id=one.merged_id, undone_at=one.undone_at)


def contract_shown(one: Contract) -> ContractShown:
    return ContractShown(
        id=one.pk, resident_id=one.resident_id, team_id=one.team_id, team=one.team.name,
        institution=one.team.institution.code, valid_from=one.valid_from, valid_until=one.valid_until,
    )  # fmt: skip
