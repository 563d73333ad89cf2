"""Reading referrals: locking one for a move, opening one for a person, and the lists of each desk."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from fenji.apps.accounts.models import User
from fenji.apps.common import audit
from fenji.apps.common.errors import NotFound
from fenji.apps.referrals.errors import ReferralNotFound
from fenji.apps.referrals.models import OPEN_STATES, FollowUp, Referral, Step
from fenji.apps.referrals.parties import follows_up, parties_of
from fenji.apps.registry.models import Membership
from fenji.kernel.referral import STATES, Direction, Party, State
from fenji.kernel.roles import CLINICAL, PRIMARY, Role
from fenji.kernel.tiers import PRIMARY_KINDS

Side = Literal["sender", "receiver"]
OFFICES = frozenset({Role.REFERRAL_OFFICE, Role.PROGRAM})
WITH_NAMES = ("resident", "sender", "receiver", "department", "sent_by", "booking__place__session__physician")


def lock(referral_id: UUID) -> Referral:
    """The referral, locked after its parents (`common.locks`); a move may have to move them too."""
    found = _locked(referral_id, Referral.objects.select_for_update())
    if found is None:
        raise ReferralNotFound
    return found


def lock_if_free(referral_id: UUID) -> Referral | None:
    """The same without waiting; None when somebody else holds it or a parent of it at this moment."""
    return _locked(referral_id, Referral.objects.select_for_update(skip_locked=True))


def _locked(referral_id: UUID, rows: QuerySet[Referral]) -> Referral | None:
    chain: list[UUID] = []
    next_id: UUID | None = referral_id
    while next_id:
        chain.append(next_id)
        next_id = Referral.objects.filter(pk=next_id).values_list("parent_id", flat=True).first()
    locked = {row.pk: row for pk in reversed(chain) for row in rows.filter(pk=pk)}
    if len(locked) < len(chain):
        return None
    for row in locked.values():
        if row.parent_id:
            row.parent = locked[row.parent_id]
    return locked[referral_id]


def access_referral(user: User, referral_id: UUID, *, at: datetime) -> tuple[Referral, frozenset[Party]]:
    """The referral with names, and as whom the person meets it. The same ReferralNotFound for absent and forbidden.

    The reading is recorded with the party it rested on.
    """
    referral = Referral.objects.select_related(*WITH_NAMES).filter(pk=referral_id).first()
    parties = parties_of(user, referral, at) if referral else frozenset()
    if referral is None or not parties:
        raise ReferralNotFound
    audit.record(
        "referral.read",
        referral,
        by=user,
        at=at,
        resident_id=referral.resident_id,
        institution_id=_looked_from(referral, parties),
        relation="referral:" + ",".join(sorted(parties)),
    )
    return referral, parties


def access_follow_up(user: User, follow_up_id: int, *, at: datetime) -> FollowUp:
    """A task that is the person's to do, with names; the reading is recorded. Raises NotFound."""
    named = FollowUp.objects.select_related("referral__resident", "referral__sender", "referral__receiver")
    task = named.filter(pk=follow_up_id).first()
    if task is None or not follows_up(user, task, at):
        raise NotFound
    audit.record(
        "referral.read", task.referral, by=user, at=at, resident_id=task.referral.resident_id,
        institution_id=task.institution_id, relation="referral:follow_up",
    )  # fmt: skip
    return task


def _looked_from(referral: Referral, parties: Collection[Party]) -> int | None:
    """The institution whose side the reader is on, for the resident's list of who looked; None for the resident."""
    if {Party.SENDER, Party.APPROVER} & set(parties):
        return referral.sender_id
    return referral.receiver_id if {Party.OFFICE, Party.DEPARTMENT} & set(parties) else None


def steps_of(referral: Referral) -> QuerySet[Step]:
    return Step.objects.filter(referral=referral).select_related("institution").order_by("version")


def who_refused(referral: Referral) -> set[str]:
    """Codes of the institutions that did not take this referral."""
    refusals = Step.objects.filter(referral=referral, action="refuse")
    return set(refusals.values_list("institution__code", flat=True))


def who_had_sent(resident_id: UUID, receiver_id: int) -> set[int]:
    """Institutions from which the resident came here last: who sent, and who had begun if the patient was handed on."""
    came = Referral.objects.filter(resident=resident_id, receiver=receiver_id, arrived_at__isnull=False)
    last = came.exclude(direction=Direction.DOWN.value).order_by("-arrived_at").first()
    if last is None:
        return set()
    first = first_of(last)
    return {last.sender_id} | ({first.sender_id} if first else set())


def chain_of(referral: Referral) -> list[Referral]:
    """The referral with those it came from and led to, oldest first: what became of the patient."""
    top = referral
    while top.parent_id:
        top = Referral.objects.select_related("sender", "receiver", "parent").get(pk=top.parent_id)
    found, level = [top], [top.pk]
    while level:
        children = list(
            Referral.objects.filter(parent__in=level).select_related("sender", "receiver").order_by("created_at")
        )
        found += children
        level = [child.pk for child in children]
    return found


def first_of(referral: Referral) -> Referral | None:
    """The referral with which a patient who was handed on set out; None for one that was not handed on."""
    first, named = referral, Referral.objects.select_related("sender", "receiver", "sent_by", "parent")
    while first.parent_id and first.direction == (parent := named.get(pk=first.parent_id)).direction:
        first = parent
    return None if first is referral else first


def handed_on_to(referrals: Iterable[Referral]) -> dict[UUID, Referral]:
    """For each that was handed on the referral that goes on last, with its replies: what came back of the patient."""
    begun = {one.pk: one for one in referrals if one.state in {State.HANDING_ON, State.REFERRED_ONWARD}}
    first, last, level = {pk: pk for pk in begun}, dict[UUID, Referral](), list(begun.values())
    while level:
        onward = Referral.objects.filter(parent__in=level).exclude(state=State.CANCELLED).order_by("created_at")
        direction = {one.pk: one.direction for one in level}
        level = [
            one
            for one in onward.select_related("sender", "receiver", "department").prefetch_related("replies__by")
            if one.parent_id and one.direction == direction[one.parent_id]
        ]
        for one in level:
            first[one.pk] = first[one.parent_id]  # type: ignore[index]
            last[first[one.pk]] = one
    return last


def within_reach(posts: Iterable[Membership], side: Side, *, prefix: str = "") -> Q:
    """The referrals of the posts' institutions, as sender or receiver, that may be listed from these posts.

    The office, the program and a primary institution's people see the whole house; a physician the own department's
    and what belongs to none yet; who does not treat (reading centre, insurer, commission) none.
    """
    unit = f"{prefix}sender_department" if side == "sender" else f"{prefix}department"
    found = Q(pk__in=[])
    for post in posts:
        house = Q(**{f"{prefix}{side}_id": post.institution_id})
        if post.role in OFFICES or post.department_id is None or _is_primary(post):
            found |= house if post.role in CLINICAL | OFFICES else Q(pk__in=[])
        elif post.role in CLINICAL:
            found |= house & (Q(**{f"{unit}__isnull": True}) | Q(**{unit: post.department_id}))
    return found


def _is_primary(post: Membership) -> bool:
    return post.role in PRIMARY and post.institution.kind in PRIMARY_KINDS


def open_referrals() -> QuerySet[Referral]:
    return Referral.objects.filter(state__in=OPEN_STATES)


def referrals_waiting_for(posts: Iterable[Membership], party: Party) -> QuerySet[Referral]:
    """The inbox: open referrals that this party at the posts' institutions must move, earliest deadline first."""
    states = [state.value for state, rule in STATES.items() if rule.owner is party]
    side: Side = "sender" if party in {Party.SENDER, Party.APPROVER} else "receiver"
    return (
        Referral.objects.filter(within_reach(posts, side), state__in=states)
        .select_related("resident", "sender", "receiver", "department", "booking__place")
        .order_by("due_at")
    )


def still_under_way() -> Q:
    """Open, or handed on and open there: whoever sent the patient still waits for what comes back."""
    ways = ("parent", "parent__parent", "parent__parent__parent")
    going = [Exists(open_referrals().filter(**{way: OuterRef("pk")})) for way in ways]
    return Q(closed_at__isnull=True) | (Q(state=State.REFERRED_ONWARD) & Q(*going, _connector=Q.OR))


def referrals_sent_from(institution_id: int) -> QuerySet[Referral]:
    """What an institution sent, newest first."""
    return (
        Referral.objects.filter(sender_id=institution_id)
        .select_related("resident", "sender", "receiver", "department", "booking__place")
        .order_by("-created_at")
    )


def referrals_received_by(institution_id: int) -> QuerySet[Referral]:
    """What an institution received and may see, newest first."""
    return (
        Referral.objects.filter(receiver_id=institution_id)
        .exclude(state__in=[State.DRAFT, State.AWAITING_APPROVAL])
        .select_related("resident", "sender", "receiver", "department", "booking__place")
        .order_by("-created_at")
    )


def referrals_of(resident_ids: Iterable[UUID]) -> QuerySet[Referral]:
    """All of a resident's referrals (pass every merged row's id), newest first."""
    return (
        Referral.objects.filter(resident_id__in=list(resident_ids))
        .select_related("sender", "receiver", "department", "booking__place")
        .order_by("-created_at")
    )


def not_filed(institution_id: int) -> QuerySet[Referral]:
    """Patients who are here, or were, without the insurer's filing: where the city asks for one it is still due."""
    here = [State.ARRIVED, State.IN_CARE, State.REPLIED, State.RETURNED]
    found = Referral.objects.filter(receiver_id=institution_id, state__in=here, filed_at__isnull=True)
    return found.exclude(direction="down").select_related("resident", "sender", "receiver").order_by("arrived_at")


def expected_on(institution_id: int, start: datetime, end: datetime) -> QuerySet[Referral]:
    """Patients with an appointment in a span of time, in the order of their places; emergencies on the way come too."""
    booked = Q(booking__place__starts_at__gte=start, booking__place__starts_at__lt=end, state=State.SCHEDULED)
    coming = Q(urgency="emergency", state__in=[State.SENT, State.ACCEPTED])
    return (
        Referral.objects.filter(booked | coming, receiver_id=institution_id)
        .select_related("resident", "sender", "receiver", "department", "booking__place")
        .order_by("booking__place__starts_at")
    )


def overdue(at: datetime) -> QuerySet[Referral]:
    """Open referrals whose owner has not acted in time, longest overdue first."""
    return Referral.objects.filter(state__in=OPEN_STATES, due_at__lte=at).order_by("due_at")


def follow_ups_due(posts: Iterable[Membership]) -> QuerySet[FollowUp]:
    """Follow-ups that people in these posts still have to do, earliest first."""
    held = list(posts)
    reach = within_reach(held, "sender", prefix="referral__") | within_reach(held, "receiver", prefix="referral__")
    houses = {post.institution_id for post in held}
    return (
        FollowUp.objects.filter(reach, institution_id__in=houses, done_at__isnull=True)
        .exclude(referral__state=State.CANCELLED)
        .select_related("referral__resident", "referral__sender")
        .order_by("due_on")
    )
