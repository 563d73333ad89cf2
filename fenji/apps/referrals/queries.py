"""Reading referrals: locking one for a move, opening one for a person, and the lists of each desk."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from fenji.apps.accounts.models import User
from fenji.apps.common import audit
from fenji.apps.referrals.errors import ReferralNotFound
from fenji.apps.referrals.models import OPEN_STATES, FollowUp, Referral, Step
from fenji.apps.referrals.parties import parties_of
from fenji.apps.registry.models import Membership
from fenji.kernel.referral import STATES, Party, State

WITH_NAMES = ("resident", "sender", "receiver", "department", "sent_by", "booking__place__session__physician")


def lock(referral_id: UUID) -> Referral:
    """The referral, locked after its parents (`common.locks`); a move may have to move them too."""
    chain: list[UUID] = []
    next_id: UUID | None = referral_id
    while next_id:
        chain.append(next_id)
        next_id = Referral.objects.filter(pk=next_id).values_list("parent_id", flat=True).first()
    locked = {row.pk: row for pk in reversed(chain) for row in Referral.objects.select_for_update().filter(pk=pk)}
    if referral_id not in locked:
        raise ReferralNotFound
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


def open_referrals() -> QuerySet[Referral]:
    return Referral.objects.filter(state__in=OPEN_STATES)


def referrals_waiting_for(posts: Iterable[Membership], party: Party) -> QuerySet[Referral]:
    """The inbox: open referrals that this party at the posts' institutions must move, earliest deadline first."""
    states = [state.value for state, rule in STATES.items() if rule.owner is party]
    side = "sender" if party in {Party.SENDER, Party.APPROVER} else "receiver"
    institutions = {post.institution_id for post in posts}
    return (
        Referral.objects.filter(Q(**{f"{side}_id__in": institutions}), state__in=states)
        .select_related("resident", "sender", "receiver", "department", "booking__place")
        .order_by("due_at")
    )


def referrals_sent_from(institution_id: int) -> QuerySet[Referral]:
    """What an institution sent, newest first."""
    return (
        Referral.objects.filter(sender_id=institution_id)
        .select_related("resident", "receiver", "department", "booking__place")
        .order_by("-created_at")
    )


def referrals_received_by(institution_id: int) -> QuerySet[Referral]:
    """What an institution received and may see, newest first."""
    return (
        Referral.objects.filter(receiver_id=institution_id)
        .exclude(state__in=[State.DRAFT, State.AWAITING_APPROVAL])
        .select_related("resident", "sender", "department", "booking__place")
        .order_by("-created_at")
    )


def referrals_of(resident_ids: Iterable[UUID]) -> QuerySet[Referral]:
    """All of a resident's referrals (pass every merged row's id), newest first."""
    return (
        Referral.objects.filter(resident_id__in=list(resident_ids))
        .select_related("sender", "receiver", "department", "booking__place")
        .order_by("-created_at")
    )


def expected_on(institution_id: int, start: datetime, end: datetime) -> QuerySet[Referral]:
    """Patients with an appointment in a span of time, in the order of their places; emergencies on the way come too."""
    booked = Q(booking__place__starts_at__gte=start, booking__place__starts_at__lt=end, state=State.SCHEDULED)
    coming = Q(urgency="emergency", state__in=[State.SENT, State.ACCEPTED])
    return (
        Referral.objects.filter(booked | coming, receiver_id=institution_id)
        .select_related("resident", "sender", "department", "booking__place")
        .order_by("booking__place__starts_at")
    )


def overdue(at: datetime) -> QuerySet[Referral]:
    """Open referrals whose owner has not acted in time, longest overdue first."""
    return Referral.objects.filter(state__in=OPEN_STATES, due_at__lte=at).order_by("due_at")


def follow_ups_due(institution_id: int) -> QuerySet[FollowUp]:
    """Follow-ups an institution still has to do, earliest first."""
    return (
        FollowUp.objects.filter(institution_id=institution_id, done_at__isnull=True)
        .select_related("referral__resident", "referral__sender")
        .order_by("due_on")
    )
