"""Care relations: who may see a resident, since when and why.

Contracts, referrals and visits open and close them as they act; every look at a resident goes through
`access_resident`, which writes down the relation it rested on. What is absent and what is forbidden answer the same.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from fenji.apps.accounts.models import User
from fenji.apps.common import audit, clock
from fenji.apps.common.errors import NotFound
from fenji.apps.notices.actions import Addressee, notify
from fenji.apps.registry.models import Membership
from fenji.apps.residents import footing, identity, policies, proofs, queries
from fenji.apps.residents.errors import NoReadingPost
from fenji.apps.residents.models import CareRelation, CareRelationKind, Resident, visit_id
from fenji.apps.residents.policies import Purpose
from fenji.kernel.roles import CLINICAL, Office


def open_relation(
    resident_id: UUID,
    *,
    institution_id: int,
    kind: CareRelationKind,
    cause_kind: str,
    cause_id: str | int | UUID,
    at: datetime,
    until: datetime | None = None,
    department_id: int | None = None,
    user_id: int | None = None,
    reason: str = "",
) -> CareRelation:
    """Let an institution (or one department, or one person) see the resident from `at` on.

    The same cause opens one relation: a second call while it stands moves its end. `until=None` stands until closed.
    """
    same: dict[str, Any] = {
        "resident_id": resident_id,
        "institution_id": institution_id,
        "department_id": department_id,
        "user_id": user_id,
        "kind": kind,
        "cause_kind": cause_kind,
        "cause_id": str(cause_id),
    }
    relation = CareRelation.objects.filter(Q(until_at=None) | Q(until_at__gt=at), **same).first()
    if relation is None:
        pinyin = Resident.objects.values_list("name_pinyin", flat=True).get(pk=resident_id)
        return CareRelation.objects.create(**same, from_at=at, until_at=until, reason=reason, resident_pinyin=pinyin)
    if relation.until_at != until:
        relation.until_at = until
        relation.save(update_fields=["until_at"])
    return relation


def close_relations(*, cause_kind: str, cause_id: str | int | UUID, at: datetime, keep_days: int | None = None) -> int:
    """End what a cause opened, at once or `keep_days` later; never lengthens. Returns how many were changed."""
    until = at + timedelta(days=keep_days or 0)
    opened = CareRelation.objects.filter(cause_kind=cause_kind, cause_id=str(cause_id))
    return opened.filter(Q(until_at=None) | Q(until_at__gt=until)).update(until_at=until)


def follow_names(resident_ids: Collection[UUID]) -> None:
    """After names changed: the relations are listed and searched under the new ones."""
    name = Resident.objects.filter(pk=OuterRef("resident_id")).values("name_pinyin")
    CareRelation.objects.filter(resident_id__in=resident_ids).update(resident_pinyin=Subquery(name))


def relation_for(user: User, resident_id: UUID, at: datetime) -> CareRelation | None:
    """The relation on which `user` may see the resident at this time, the closest one; None when there is none.

    The resident's own account and a family member's count as relations "self" and "proxy" (rows that are not saved).
    """
    return footing.closest(user, resident_id, at)


def access_resident(user: User, resident_id: UUID, *, at: datetime, purpose: Purpose) -> Resident:
    """The resident (the kept row of a merged pair), if `user` may see it; the reading is audited with its relation.

    Raises the same NotFound for a resident who does not exist and one who may not be seen.
    """
    relation = relation_for(user, resident_id, at)
    if relation is None:
        raise NotFound
    resident = queries.resolve(resident_id)
    record_reading(resident, relation, by=user, at=at, purpose=purpose)
    return resident


def record_reading(
    resident: Resident, relation: CareRelation, *, by: User, at: datetime, purpose: Purpose, verb: str = "resident.read"
) -> None:
    """Write one reading into the audit trail, for the resident and the audit officer to find."""
    audit.record(
        verb,
        resident,
        by=by,
        at=at,
        resident_id=resident.pk,
        institution_id=relation.institution_id,
        relation=relation.kind,
        reason=relation.reason if relation.kind == CareRelationKind.EMERGENCY else "",
        details={"purpose": purpose.value, "cause": f"{relation.cause_kind}:{relation.cause_id}"},
    )


@transaction.atomic
def start_visit(proof: str, *, by: User, institution_id: int | None = None) -> CareRelation:
    """The patient is here now: open a visit of 24 hours at the place of work of `by`.

    `proof` comes from `search.identify`: the patient showed a card, an ID number, or told name and last four digits.
    """
    at = clock.now()
    post = post_at(by, at, institution_id)
    resident = queries.resolve(proofs.read(proof, by, at))
    relation = open_visit(resident, institution_id=post.institution_id, at=at)
    _record_opening("resident.visit", resident, relation, by=by, at=at)
    return relation


def open_visit(resident: Resident, *, institution_id: int, at: datetime) -> CareRelation:
    """The visit's relation, for callers who have themselves made sure that the patient is here."""
    return open_relation(
        resident.pk,
        institution_id=institution_id,
        kind=CareRelationKind.VISIT,
        cause_kind="visit",
        cause_id=visit_id(),
        at=at,
        until=at + policies.VISIT_LASTS,
    )


@transaction.atomic
def emergency_access(user: User, resident_id: UUID, reason: str) -> CareRelation:
    """Break the glass: one clinician reads for three hours and says why; audit officers and the resident are told."""
    at = clock.now()
    posts = queries.reading_posts(user, at)
    policies.check_can_break_glass(posts)
    reason = policies.check_reason(reason)
    resident = queries.resolve(resident_id)
    relation = open_relation(
        resident.pk,
        institution_id=next(post.institution_id for post in posts if post.role in CLINICAL),
        user_id=user.pk,
        kind=CareRelationKind.EMERGENCY,
        cause_kind="emergency",
        cause_id=visit_id(),
        at=at,
        until=at + policies.EMERGENCY_LASTS,
        reason=reason,
    )
    _record_opening("resident.emergency_access", resident, relation, by=user, at=at, for_audit_office=True)
    _tell_of_emergency(resident, relation, by=user, at=at)
    return relation


def post_at(user: User, at: datetime, institution_id: int | None = None) -> Membership:
    """The post from which `user` acts: at the institution named, else the first one held. Raises NoReadingPost."""
    posts = [post for post in queries.reading_posts(user, at) if institution_id in (None, post.institution_id)]
    if not posts:
        raise NoReadingPost
    return posts[0]


def _record_opening(
    verb: str, resident: Resident, relation: CareRelation, *, by: User, at: datetime, **details: Any
) -> None:
    audit.record(
        verb,
        resident,
        by=by,
        at=at,
        resident_id=resident.pk,
        institution_id=relation.institution_id,
        relation=relation.kind,
        reason=relation.reason,
        details={**details, "until": relation.until_at.isoformat() if relation.until_at else None},
    )


def _tell_of_emergency(resident: Resident, relation: CareRelation, *, by: User, at: datetime) -> None:
    officers = User.objects.filter(office=Office.AUDIT, is_active=True).values_list("pk", flat=True)
    text = "%(who)s（%(where)s）于 %(when)s 紧急查阅了 %(resident)s 的健康信息，原因：%(reason)s"
    notify(
        "resident.emergency_access",
        cause=("relation", str(relation.pk)),
        to=[
            *(Addressee(user_id=officer) for officer in officers),
            Addressee(resident_id=resident.pk, channel="desk"),
        ],
        text=(
            text
            % {
                "who": by.name,
                "where": relation.institution.short_name,
                "when": timezone.localtime(at).strftime("%Y-%m-%d %H:%M"),
                "resident": identity.mask_name(resident.name),
                "reason": relation.reason,
            }
        )[:400],
        at=at,
        once_key=f"relation:{relation.pk}",
    )
