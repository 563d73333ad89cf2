"""A new resident at the counter: with papers, as a newborn of its mother, as an unknown patient, as a visitor."""

from dataclasses import replace
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from fenji.apps.accounts.models import User
from fenji.apps.common import audit, clock
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.registry.models import Institution
from fenji.apps.residents import identity, policies, queries, relations
from fenji.apps.residents.errors import AlreadyRegistered
from fenji.apps.residents.models import IdKind, Resident
from fenji.apps.residents.particulars import Checked, Particulars, check, fill

SON, DAUGHTER = 1, 2


@transaction.atomic
def register(told: Particulars, *, by: User, institution_id: int | None = None, document_seen: bool = True) -> Resident:
    """Register a person who is here now; a visit at the place of work of `by` is opened with it.

    `document_seen` says that the clerk held the document. Raises Invalid with a word per field, AlreadyRegistered with
    the resident who has the ID number, NoReadingPost.
    """
    at = clock.now()
    post = relations.post_at(by, at, institution_id)
    policies.check_can_register([post])
    checked = check(told, on=timezone.localdate(at))
    if checked.mother_id and relations.relation_for(by, checked.mother_id, at) is None:
        raise Invalid(fields={"mother_id": NotFound.message})
    checked = replace(checked, name=checked.name or _placeholder(checked, post.institution, at))
    resident = fill(Resident(card_number=identity.new_card_number(), created_at=at), checked)
    resident.is_verified = document_seen and checked.id_kind in identity.NUMBERED
    save_once(resident)
    relations.open_visit(resident, institution_id=post.institution_id, at=at)
    audit.record(
        "resident.register",
        resident,
        by=by,
        at=at,
        resident_id=resident.pk,
        institution_id=post.institution_id,
        details={"id_kind": resident.id_kind, "verified": resident.is_verified},
    )
    return resident


def save_once(resident: Resident) -> None:
    """Save a row whose ID number is new or its own; raises AlreadyRegistered naming who has it.

    The unique constraint decides between two who register at once; the look beforehand also finds merged rows.
    """
    _check_unused(resident)
    try:
        with transaction.atomic():
            resident.save()
    except IntegrityError as error:
        if "identity_once" in str(error):
            _check_unused(resident)
            raise AlreadyRegistered from error
        raise


def _check_unused(resident: Resident) -> None:
    if resident.id_hash is None:
        return
    others = Resident.objects.filter(id_kind=resident.id_kind, id_hash=resident.id_hash).exclude(pk=resident.pk)
    for other_id, kept_id in others.values_list("id", "merged_into_id"):
        if (kept_id or other_id) != resident.pk:
            raise AlreadyRegistered(kept_id or other_id)


def _placeholder(checked: Checked, institution: Institution, at: datetime) -> str:
    """A name until the true one is known: after the mother, or by time and place; in Chinese whoever registers."""
    if checked.id_kind == IdKind.MOTHER and checked.mother_id:
        child = {SON: "之子", DAUGHTER: "之女"}.get(checked.sex, "之婴")
        return f"{queries.resolve(checked.mother_id).name}{child}"[:60]
    when = timezone.localtime(at).strftime("%m%d-%H%M")
    return f"无名氏 {when} {institution.short_name}"[:60]
