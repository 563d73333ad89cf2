"""What is put right about a resident later: an identity completed, a mistake corrected, a death noted."""

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.common import audit, clock
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.common.locks import patience
from fenji.apps.residents import identity, policies, queries, relations
from fenji.apps.residents.actions.registration import save_once
from fenji.apps.residents.errors import Deceased, IdentityKnown
from fenji.apps.residents.models import CareRelation, IdKind, Resident
from fenji.apps.residents.particulars import Checked, Particulars, check, fill, with_kept_numbers
from fenji.apps.residents.policies import Purpose

# Noted in the audit trail with the value before and after; of ID and phone numbers only that they changed.
PLAIN = ("name", "sex", "birth_date", "id_kind", "town_id", "address", "scheme", "mother_id")
SECRET = {"number": "id_number", "phone": "phone"}


def complete_identity(resident_id: UUID, told: Particulars, *, by: User) -> Resident:
    """Give a newborn, an unknown patient or an unverified row its papers: the document was seen.

    What is left empty stays as it was. Raises IdentityKnown, Invalid, and AlreadyRegistered when the number is another
    row's: then the two are one person, to be merged.
    """
    with patience():
        at = clock.now()
        resident, relation = _lock(resident_id, by, at)
        if resident.is_verified:
            raise IdentityKnown
        if told.id_kind not in identity.NUMBERED:
            raise Invalid(fields={"id_kind": _("请选择证件类型。")})
        before = current(resident)
        merged = replace(
            told,
            name=told.name or before.name,
            phone=told.phone or before.phone,
            town_code=told.town_code or before.town_id or "",
            address=told.address or before.address,
            scheme=told.scheme or before.scheme,
        )
        after = check(merged, on=timezone.localdate(at))
        fill(resident, after).is_verified = True
        save_once(resident)
        relations.follow_names([resident.pk])
        _record("resident.complete_identity", resident, relation, before, after, by=by, at=at)
    return resident


def correct(resident_id: UUID, told: Particulars, *, reason: str, by: User) -> Resident:
    """Replace what is registered by `told`, whole; the audit trail keeps what was and what is, without ID and phone.

    An empty `id_number` or `phone` of `told` leaves the number that is kept. Raises Invalid, AlreadyRegistered.
    """
    reason = policies.check_reason(reason)
    with patience():
        at = clock.now()
        resident, relation = _lock(resident_id, by, at)
        before = current(resident)
        after = check(with_kept_numbers(told, before), on=timezone.localdate(at))
        if not after.name:
            raise Invalid(fields={"name": _("请填写姓名。")})
        fill(resident, after)
        save_once(resident)
        relations.follow_names([resident.pk])
        _record("resident.correct", resident, relation, before, after, by=by, at=at, reason=reason)
    return resident


def mark_deceased(resident_id: UUID, *, reason: str, by: User) -> Resident:
    """Note a death; raises Deceased when it was noted before."""
    reason = policies.check_reason(reason)
    with patience():
        at = clock.now()
        resident, relation = _lock(resident_id, by, at)
        if resident.is_deceased:
            raise Deceased
        resident.is_deceased = True
        resident.save(update_fields=["is_deceased"])
        audit.record(
            "resident.mark_deceased", resident, by=by, at=at, resident_id=resident.pk,
            institution_id=relation.institution_id, relation=relation.kind, reason=reason,
        )  # fmt: skip
    return resident


@transaction.atomic
def reveal(resident_id: UUID, *, what: str, by: User) -> str:
    """The ID number (`what="id"`) or telephone (`what="phone"`) in the clear, "" if there is none; audited."""
    at = clock.now()
    purpose = {"id": Purpose.IDENTITY, "phone": Purpose.CONTACT}.get(what)
    if purpose is None:
        raise NotFound
    resident = relations.access_resident(by, resident_id, at=at, purpose=purpose)
    return identity.id_number(resident) if purpose == Purpose.IDENTITY else identity.phone_number(resident)


def current(resident: Resident) -> Checked:
    """The row in the words of `particulars`, numbers in the clear: never to be shown or stored."""
    return Checked(
        id_kind=IdKind(resident.id_kind),
        name=resident.name,
        number=identity.id_number(resident),
        sex=resident.sex,
        birth_date=resident.birth_date,
        phone=identity.phone_number(resident),
        town_id=resident.town_id,
        address=resident.address,
        scheme=resident.scheme,
        mother_id=resident.mother_id,
    )


def _lock(resident_id: UUID, by: User, at: datetime) -> tuple[Resident, CareRelation]:
    """The kept row, locked, and the relation on which `by` may change it; the post must be one that registers."""
    relation = relations.relation_for(by, resident_id, at)
    if relation is None:
        raise NotFound
    policies.check_can_change(relation.kind)
    policies.check_can_register(queries.reading_posts(by, at))
    kept = queries.resolve(resident_id)
    return Resident.objects.select_for_update().get(pk=kept.pk), relation


def _record(
    verb: str, resident: Resident, relation: CareRelation, before: Checked, after: Checked, *,
    by: User, at: datetime, reason: str = "",
) -> None:  # fmt: skip
    old, new = asdict(before), asdict(after)
    changes: dict[str, Any] = {
        field: [_plain(old[field]), _plain(new[field])] for field in PLAIN if old[field] != new[field]
    }
    changes |= {shown: "changed" for field, shown in SECRET.items() if old[field] != new[field]}
    audit.record(
        verb, resident, by=by, at=at, resident_id=resident.pk, institution_id=relation.institution_id,
        relation=relation.kind, reason=reason, details={"changes": changes},
    )  # fmt: skip


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, int) else str(value)
