"""As whom a person meets a referral: from the posts the person holds, or the resident the account stands for."""

from datetime import datetime

from django.db.models import Q

from fenji.apps.accounts.models import User
from fenji.apps.referrals import rules
from fenji.apps.referrals.models import Referral
from fenji.apps.registry.models import Membership
from fenji.apps.registry.posts import covered_by, people_at, posts_of
from fenji.apps.residents.models import ResidentAccount
from fenji.kernel.referral import Party
from fenji.kernel.roles import CLINICAL, PRIMARY, Role
from fenji.kernel.tiers import PRIMARY_KINDS


def parties_of(user: User, referral: Referral, at: datetime) -> frozenset[Party]:
    """All parties the person is; empty when the referral is none of theirs. Covering an absent colleague counts."""
    posts = posts_with_cover(user, at)
    found = {party for post in posts for party in _by_post(post, referral, user, at)}
    if _acts_for_resident(user, referral, at):
        found.add(Party.RESIDENT)
    return frozenset(found)


def posts_with_cover(user: User, at: datetime) -> list[Membership]:
    """The person's own posts, then those of colleagues who are away and whose work the person does."""
    day = rules.day_of(at)
    return [post for someone in (user, *covered_by(user, at)) for post in posts_of(someone, day)]


def _by_post(post: Membership, referral: Referral, user: User, at: datetime) -> set[Party]:
    role, found = Role(post.role), set()
    if post.institution_id == referral.sender_id:
        if role in {Role.REFERRAL_OFFICE, Role.PROGRAM} or (
            role in CLINICAL and _same_department(post, referral.sender_department_id)
        ):
            found.add(Party.SENDER)
        if _may_sign(role, referral, user, at):
            found |= {Party.APPROVER, Party.SENDER}
    if post.institution_id == referral.receiver_id and referral.sent_at:
        found |= _receiving(post, role, referral, at)
    return found


def _receiving(post: Membership, role: Role, referral: Referral, at: datetime) -> set[Party]:
    if role is Role.PROGRAM:
        return {Party.OFFICE, Party.DEPARTMENT}
    if role in PRIMARY and referral.receiver is not None and referral.receiver.kind in PRIMARY_KINDS:
        return {Party.OFFICE, Party.DEPARTMENT}  # a township has no separate office hours: who is there receives
    if role is Role.REFERRAL_OFFICE:
        return {Party.OFFICE}
    if role not in CLINICAL:
        return set()
    is_ours = _same_department(post, referral.department_id) or _is_deserted(referral, at)
    return {Party.DEPARTMENT} if is_ours else set()


def _is_deserted(referral: Referral, at: datetime) -> bool:
    """Nobody holds a clinical post in the department: then every clinician of the house may take the patient over."""
    people = people_at(
        referral.receiver_id or 0, rules.day_of(at), roles=CLINICAL, department_id=referral.department_id
    )
    return not people.exists()


def _may_sign(role: Role, referral: Referral, user: User, at: datetime) -> bool:
    signature = rules.signature_for(referral, at)
    return bool(signature and role is signature.role and (signature.own or referral.sent_by_id != user.pk))


def _same_department(post: Membership, department_id: int | None) -> bool:
    return post.department_id is None or department_id is None or post.department_id == department_id


def _acts_for_resident(user: User, referral: Referral, at: datetime) -> bool:
    accounts = ResidentAccount.objects.filter(user=user, from_at__lte=at).filter(Q(until_at=None) | Q(until_at__gt=at))
    ids = list(accounts.values_list("resident_id", "resident__merged_into_id"))
    return any(referral.resident_id in pair for pair in ids) or (
        referral.resident.merged_into_id is not None and any(referral.resident.merged_into_id in pair for pair in ids)
    )
