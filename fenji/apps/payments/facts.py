"""How a visit came about, read off the referrals and filings themselves."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from fenji.apps.contracts.queries import contract_on
from fenji.apps.payments.models import Filing
from fenji.apps.payments.rules import pay_tier, policy_on
from fenji.apps.referrals.models import Referral
from fenji.apps.registry.models import ConsortiumMember, Institution
from fenji.apps.residents.models import Resident
from fenji.kernel.payment.codes import Setting
from fenji.kernel.payment.referral_state import FactKind, ReferralFact, Resolution, Visit, resolve_referral_state
from fenji.kernel.referral import Direction, State, Urgency

NOT_ISSUED = (State.DRAFT, State.AWAITING_APPROVAL)
WITHDRAWN = (State.CANCELLED, State.REFUSED)


@dataclass(frozen=True)
class Came:
    """The referral state of a visit with its ground, the chain it belongs to, and whether a contract counts."""

    resolution: Resolution
    chain: str
    contract: bool


@dataclass(frozen=True)
class History:
    """What a resident's referrals, filings and contract say on a day; read once, asked for many institutions."""

    referrals: tuple[Referral, ...]
    facts: tuple[ReferralFact, ...]
    contracted_with: frozenset[int]  # institutions of the family-doctor team and of its consortium

    def came(
        self,
        institution: Institution,
        setting: Setting,
        admitted_at: datetime,
        *,
        supposing: ReferralFact | None = None,
    ) -> Came:
        """How a visit came about. `supposing` adds a referral not written yet, for an estimate."""
        visit = Visit(institution.code, pay_tier(institution), setting, admitted_at)
        facts = (*self.facts, supposing) if supposing else self.facts
        resolution = resolve_referral_state(facts, visit, policy_on(timezone.localdate(admitted_at)))
        return Came(resolution, _chain(resolution, self.referrals), institution.pk in self.contracted_with)


def history_of(resident: Resident, day: date) -> History:
    found = Referral.objects.filter(resident=resident).exclude(state__in=NOT_ISSUED)
    referrals = tuple(found.select_related("sender", "receiver"))
    facts = (*map(_of_referral, referrals), *map(_of_filing, _filings(resident)))
    return History(referrals, facts, _contracted_with(resident.pk, day))


def _contracted_with(resident_id: UUID, day: date) -> frozenset[int]:
    """The institution of the resident's team, and all of its consortium."""
    contract = contract_on(resident_id, day)
    if contract is None:
        return frozenset()
    home = contract.team.institution_id
    groups = ConsortiumMember.objects.filter(institution_id=home).values("consortium")
    members = ConsortiumMember.objects.filter(consortium__in=groups).values_list("institution_id", flat=True)
    return frozenset({home, *members})


def _of_referral(referral: Referral) -> ReferralFact:
    """An emergency counts as filed when it was sent; everything else by its path."""
    receiver = referral.receiver or referral.sender
    return ReferralFact(
        str(referral.pk),
        FactKind.EMERGENCY if referral.urgency == Urgency.EMERGENCY else FactKind.REFERRAL,
        referral.sent_at or referral.created_at,
        withdrawn=referral.state in WITHDRAWN,
        direction=Direction(referral.direction),
        from_tier=pay_tier(referral.sender),
        to_tier=pay_tier(receiver),
        institution=receiver.code,
    )


def _of_filing(filing: Filing) -> ReferralFact:
    return ReferralFact(
        id=f"filing:{filing.pk}",
        kind=FactKind(filing.kind),
        issued_at=filing.filed_at,
        valid_until=filing.valid_until,
        withdrawn=filing.withdrawn_at is not None,
        institution=filing.institution.code if filing.institution else "",
    )


def _filings(resident: Resident) -> Iterable[Filing]:
    return Filing.objects.filter(resident=resident).select_related("institution")


def _chain(resolution: Resolution, referrals: tuple[Referral, ...]) -> str:
    """The first referral of the chain that the visit came by; also where another rule gave the state, as first contact
    does in the township that a patient was sent down to.
    """
    by_id = {str(one.pk): one for one in referrals}
    valid = (fact for fact in (resolution.fact, *_outdone(resolution)) if fact is not None and fact.id in by_id)
    found = next((by_id[fact.id] for fact in valid), None)
    while found is not None and found.parent_id and str(found.parent_id) in by_id:
        found = by_id[str(found.parent_id)]
    return str(found.pk) if found else ""


def _outdone(resolution: Resolution) -> Iterable[ReferralFact]:
    """What would have counted, had no other rule gone before."""
    return (fact for fact, why in resolution.set_aside if why == "outdone")
