"""Who may hand in a bill, read one, act for the insurer; pages and API ask here. Absent and forbidden look the same."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.common import audit
from fenji.apps.common.errors import Forbidden, NotFound
from fenji.apps.payments.models import Claim
from fenji.apps.registry.models import Institution, Membership
from fenji.apps.registry.posts import posts_of
from fenji.apps.residents.models import CareRelationKind, Resident
from fenji.apps.residents.policies import OWN_FOOTING, READING_ROLES
from fenji.apps.residents.queries import resolve
from fenji.apps.residents.relations import relation_for
from fenji.kernel.roles import Role


def insurer_post(user: User, at: datetime) -> Membership:
    """The person's post at the insurer. Raises NotFound."""
    for post in posts_of(user, timezone.localdate(at)):
        if post.role == Role.INSURER:
            return post
    raise NotFound


def is_insurer(user: User, at: datetime) -> bool:
    return any(post.role == Role.INSURER for post in posts_of(user, timezone.localdate(at)))


def check_hands_in(user: User, institution_code: str, resident_id: UUID, at: datetime) -> None:
    """A bill is handed in by its own institution, for a person in its care, or by the insurer. Raises NotFound.

    Forbidden for one's own bill or the family's, and for who may only read, in an emergency.
    """
    if is_insurer(user, at):
        return
    house, relation = Institution.objects.filter(code=institution_code).first(), relation_for(user, resident_id, at)
    if house is None or relation is None or not _works_at(user, house.pk, at):
        raise NotFound
    if relation.kind in (*OWN_FOOTING, CareRelationKind.EMERGENCY):
        raise Forbidden(_("本人或家属的账单由同事办理；紧急查阅只能阅读。"))


def check_answers_for(user: User, institution_id: int, at: datetime) -> None:
    """Who answers for an institution in a case: its office, its responsible person, its program. Raises NotFound."""
    roles = {Role.REFERRAL_OFFICE, Role.PRIMARY_HEAD, Role.PROGRAM}
    posts = posts_of(user, timezone.localdate(at))
    if not any(post.institution_id == institution_id and post.role in roles for post in posts):
        raise NotFound


def access_claim(user: User, claim_id: UUID, *, at: datetime) -> Claim:
    """A bill, read by the insurer, its institution, the resident, or the family doctor; the reading is recorded."""
    named = Claim.objects.select_related("institution", "resident", "person_year", "replaces")
    claim = named.filter(pk=claim_id).first()
    footing = _footing(user, claim, at) if claim else ""
    if claim is None or not footing:
        raise NotFound
    audit.record(
        "claim.read", claim, by=user, at=at, resident_id=claim.resident_id, institution_id=claim.institution_id,
        relation=footing,
    )  # fmt: skip
    return claim


def access_insured(user: User, resident_id: UUID, *, at: datetime) -> Resident:
    """Somebody insured, for the insurer only; the reading is recorded. Raises NotFound."""
    post, resident = insurer_post(user, at), resolve(resident_id)
    audit.record(
        "resident.read", resident, by=user, at=at, resident_id=resident.pk, institution_id=post.institution_id,
        relation="insurer",
    )  # fmt: skip
    return resident


def _footing(user: User, claim: Claim, at: datetime) -> str:
    """On what ground somebody may read a bill; empty for none."""
    if is_insurer(user, at):
        return "insurer"
    relation = relation_for(user, claim.resident_id, at)
    if relation is None:
        return ""
    if relation.kind in (*OWN_FOOTING, CareRelationKind.CONTRACT):
        return str(relation.kind)
    return str(relation.kind) if _works_at(user, claim.institution_id, at) else ""


def _works_at(user: User, institution_id: int, at: datetime) -> bool:
    posts = posts_of(user, timezone.localdate(at))
    return any(post.institution_id == institution_id and post.role in READING_ROLES for post in posts)
