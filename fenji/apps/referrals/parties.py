"""As whom a person meets a referral: from the posts the person holds, or the resident the account stands for."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet

from fenji.apps.accounts.models import User
from fenji.apps.referrals import rules
from fenji.apps.referrals.errors import NotYourMove, ReferralNotFound
from fenji.apps.referrals.models import FollowUp, Referral, Step
from fenji.apps.registry.models import Membership
from fenji.apps.registry.posts import covered_by, people_at, posts_of
from fenji.apps.residents.models import ResidentAccount
from fenji.kernel.referral import Party, State
from fenji.kernel.roles import CLINICAL, PRIMARY, Role
from fenji.kernel.tiers import PRIMARY_KINDS

DRAFTING = ("draft", "edit", "discard")


@dataclass(frozen=True)
class Acting:
    """What a person acts by at a time, looked up once for many referrals: posts, and rows of residents stood for."""

    user: User
    at: datetime
    posts: Sequence[Membership]
    residents: Sequence[tuple[UUID, UUID | None]]  # with the row each was merged into

    @classmethod
    def now(cls, user: User, at: datetime) -> "Acting":
        accounts = ResidentAccount.objects.filter(Q(until_at=None) | Q(until_at__gt=at), user=user, from_at__lte=at)
        rows = accounts.values_list("resident_id", "resident__merged_into_id")
        return cls(user, at, posts_with_cover(user, at), list(rows))

    def parties(self, referral: Referral) -> frozenset[Party]:
        """All parties the person is; empty when the referral is none of theirs."""
        found = {party for post in self.posts for party in _by_post(post, referral, self.user, self.at)}
        if _acts_for_resident(self.residents, referral):
            found.add(Party.RESIDENT)
        return frozenset(found)


def parties_of(user: User, referral: Referral, at: datetime) -> frozenset[Party]:
    """All parties the person is; empty when the referral is none of theirs. Covering an absent colleague counts."""
    return Acting.now(user, at).parties(referral)


def check_one_of(may: Set[Party], user: User, referral: Referral, at: datetime) -> None:
    """Raise ReferralNotFound for who has no part in it, NotYourMove for who has another one."""
    parties = parties_of(user, referral, at)
    if not parties:
        raise ReferralNotFound
    if not parties & may:
        raise NotYourMove


def follows_up(user: User, task: FollowUp, at: datetime) -> bool:
    """Whether the task is the person's to do: of the institution it falls to; at a hospital, of the department."""
    referral = task.referral
    unit = referral.sender_department_id if task.institution_id == referral.sender_id else referral.department_id
    return any(
        post.institution_id == task.institution_id
        and post.role in CLINICAL | {Role.PROGRAM}
        and (post.role != Role.PHYSICIAN or _same_department(post, unit) or _is_deserted(post.institution_id, unit, at))
        for post in posts_with_cover(user, at)
    )


def posts_with_cover(user: User, at: datetime) -> list[Membership]:
    """The person's own posts, then those of colleagues who are away and whose work the person does.

    Cover is given within an institution: of a colleague's posts elsewhere, or once the own post ended, nothing comes.
    """
    day = rules.day_of(at)
    own = posts_of(user, day)
    houses = {post.institution_id for post in own}
    others = [post for someone in covered_by(user, at) for post in posts_of(someone, day)] if own else []
    return own + [post for post in others if post.institution_id in houses]


def _by_post(post: Membership, referral: Referral, user: User, at: datetime) -> set[Party]:
    role, found = Role(post.role), set()
    if post.institution_id == referral.sender_id:
        if _sends(post, role, referral, at):
            found.add(Party.SENDER)
        if _may_sign(role, referral, user, at):
            found |= {Party.APPROVER, Party.SENDER}
    if post.institution_id == referral.receiver_id and referral.sent_at:
        found |= _receiving(post, role, referral, at)
    return found


def _sends(post: Membership, role: Role, referral: Referral, at: datetime) -> bool:
    """The department that wrote it; at a primary institution, or when nobody is left there, any clinician."""
    if role in {Role.REFERRAL_OFFICE, Role.PROGRAM} or (role in PRIMARY and referral.sender.kind in PRIMARY_KINDS):
        return True
    unit = referral.sender_department_id
    return role in CLINICAL and (_same_department(post, unit) or _is_deserted(referral.sender_id, unit, at))


def _receiving(post: Membership, role: Role, referral: Referral, at: datetime) -> set[Party]:
    if role is Role.PROGRAM:
        return {Party.OFFICE, Party.DEPARTMENT}
    if role in PRIMARY and referral.receiver is not None and referral.receiver.kind in PRIMARY_KINDS:
        return {Party.OFFICE, Party.DEPARTMENT}  # a township has no separate office hours: who is there receives
    if role is Role.REFERRAL_OFFICE:
        return {Party.OFFICE}
    if role not in CLINICAL:
        return set()
    is_ours = _same_department(post, referral.department_id) or _is_deserted(
        referral.receiver_id or 0, referral.department_id, at
    )
    return {Party.DEPARTMENT} if is_ours else set()


def _is_deserted(institution_id: int, department_id: int | None, at: datetime) -> bool:
    """Nobody holds a clinical post in the department: then every clinician of the house may take the patient over."""
    return not people_at(institution_id, rules.day_of(at), roles=CLINICAL, department_id=department_id).exists()


def _may_sign(role: Role, referral: Referral, user: User, at: datetime) -> bool:
    signature = rules.signature_for(referral, at)
    return bool(signature and role is signature.role and (signature.own or referral.sent_by_id != user.pk))


def _same_department(post: Membership, department_id: int | None) -> bool:
    return post.department_id is None or department_id is None or post.department_id == department_id


def put_forward(referral_id: UUID | OuterRef) -> QuerySet[Step]:
    """The steps by which a referral left its writer; without any it is a draft."""
    return Step.objects.filter(referral=referral_id).exclude(action__in=DRAFTING)


def _acts_for_resident(residents: Sequence[tuple[UUID, UUID | None]], referral: Referral) -> bool:
    """Once it was put forward: before that it is the doctor's sheet, and stays so when it is thrown away."""
    if not residents:
        return False
    rows = {referral.resident_id, referral.resident.merged_into_id} - {None}
    if not any(rows & set(pair) for pair in residents):
        return False
    is_sheet = referral.state in {State.DRAFT, State.CANCELLED} and not put_forward(referral.pk).exists()
    return not is_sheet
