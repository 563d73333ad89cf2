"""What referral state a bill has, read off the referrals and filings themselves; a claim declares nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from fenji.kernel.payment.codes import PayTier, ReferralState, Setting
from fenji.kernel.payment.policy import PaymentPolicy
from fenji.kernel.referral import Direction


class FactKind(StrEnum):
    REFERRAL = "referral"  # 转诊单
    EMERGENCY = "emergency"  # 急诊备案
    EXEMPTION = "exemption"  # 特殊人群
    OUT_OF_REGION = "out_of_region"  # 异地就医备案


@dataclass(frozen=True)
class ReferralFact:
    """One referral or filing of the person. Times are aware; `valid_until` None: the policy's days from `issued_at`."""

    id: str
    kind: FactKind
    issued_at: datetime  # when it was issued or filed
    valid_until: datetime | None = None
    withdrawn: bool = False
    direction: Direction = Direction.UP
    from_tier: PayTier = PayTier.COMMUNITY
    to_tier: PayTier = PayTier.SECONDARY
    institution: str = ""  # whom it names; empty: any of the tier


@dataclass(frozen=True)
class Visit:
    """What the state is asked for."""

    institution: str
    tier: PayTier
    setting: Setting
    admitted_at: datetime
    in_region: bool = True
    first_contact: bool = False  # a place of first contact by other rules: own team, TCM clinic, seriously ill child


@dataclass(frozen=True)
class Resolution:
    """The state, the fact it rests on, and of every other fact why it did not count."""

    state: ReferralState
    fact: ReferralFact | None = None
    late_by: timedelta = timedelta()  # an emergency filed after its time, whatever that led to
    set_aside: tuple[tuple[ReferralFact, str], ...] = ()  # fact and reason, a key of `REASONS`


REASONS = {
    "withdrawn": ("已撤销", "withdrawn"),
    "issued_after": ("入院后才开具", "issued after admission"),
    "expired": ("已过有效期", "no longer valid"),
    "other_institution": ("转往其他机构", "names another institution"),
    "other_tier": ("转往的级别与就诊机构不符", "to another tier"),
    "wrong_direction": ("转诊方向与两端级别不符", "its direction does not agree with its tiers"),
    "not_stepwise": ("未逐级转诊", "skips a tier"),
    "filed_late": ("逾期备案", "filed late"),
    "other_region": ("与就诊地不符", "for care in another region"),
    "outdone": ("另有更优先的规定适用", "another rule goes before"),
}


def resolve_referral_state(facts: tuple[ReferralFact, ...], visit: Visit, policy: PaymentPolicy) -> Resolution:
    """The state of a visit. Of several the best paid if the policy says 就高不就低, else the first of the states."""
    judged = [(fact, *_judge(fact, visit, policy)) for fact in facts]
    states: dict[ReferralState, ReferralFact | None] = {_without_facts(visit, policy): None}
    for fact, state, _ in judged:
        if state is not None:
            states.setdefault(state, fact)
    best = min(states, key=lambda state: _rank(state, visit, policy))
    chosen = states[best]
    return Resolution(
        best,
        chosen,
        max((_late_by(fact, visit, policy) for fact in facts), default=timedelta()),
        tuple((fact, reason or "outdone") for fact, _, reason in judged if fact is not chosen),
    )


def _judge(fact: ReferralFact, visit: Visit, policy: PaymentPolicy) -> tuple[ReferralState | None, str]:
    """The state that a fact gives, if any, and what is against it."""
    if fact.withdrawn:
        return None, "withdrawn"
    if fact.institution not in ("", visit.institution):
        return None, "other_institution"
    if fact.kind is FactKind.EMERGENCY:
        if _late_by(fact, visit, policy):
            state = ReferralState(policy.late_filing)
            return (state if state is ReferralState.EMERGENCY and visit.in_region else None), "filed_late"
        return (ReferralState.EMERGENCY if visit.in_region else ReferralState.OUT_OF_REGION), ""
    if problem := _problem_in_time(fact, visit, policy) or _problem_with_path(fact, visit, policy):
        return None, problem
    if not visit.in_region:
        return ReferralState.OUT_OF_REGION, ""
    return (ReferralState.REFERRED if fact.kind is FactKind.REFERRAL else ReferralState.EXEMPT), ""


def _problem_in_time(fact: ReferralFact, visit: Visit, policy: PaymentPolicy) -> str:
    """Issued before admission, and valid then; the moment it ends is no longer valid."""
    if fact.issued_at > visit.admitted_at:
        return "issued_after"
    until = fact.valid_until or fact.issued_at + timedelta(days=policy.referral_valid_days)
    open_ended = fact.kind is not FactKind.REFERRAL and fact.valid_until is None
    return "" if open_ended or visit.admitted_at < until else "expired"


def _problem_with_path(fact: ReferralFact, visit: Visit, policy: PaymentPolicy) -> str:
    if fact.kind is not FactKind.REFERRAL:
        elsewhere = (fact.kind is FactKind.OUT_OF_REGION) == visit.in_region
        return "other_region" if elsewhere else ""
    if fact.to_tier is not visit.tier:
        return "other_tier"
    rise = fact.to_tier - fact.from_tier
    agrees = {Direction.UP: rise > 0, Direction.DOWN: rise < 0, Direction.SAME: rise == 0}
    if not agrees[fact.direction]:
        return "wrong_direction"
    lowest = max(fact.from_tier, PayTier.COMMUNITY)  # the village and its health centre are one step (镇村一体)
    return "not_stepwise" if policy.stepwise and fact.to_tier - lowest > 1 else ""


def _late_by(fact: ReferralFact, visit: Visit, policy: PaymentPolicy) -> timedelta:
    """How long after its time an emergency was filed; zero for what is no emergency or not this one."""
    if fact.kind is not FactKind.EMERGENCY or fact.withdrawn or fact.institution not in ("", visit.institution):
        return timedelta()
    return max(timedelta(), fact.issued_at - visit.admitted_at - timedelta(days=policy.emergency_filing_days))


def _without_facts(visit: Visit, policy: PaymentPolicy) -> ReferralState:
    if not visit.in_region:
        return ReferralState.OUT_OF_REGION_UNFILED
    at_first_contact = visit.first_contact or policy.first_contact[visit.setting * len(PayTier) + visit.tier]
    return ReferralState.FIRST_CONTACT if at_first_contact else ReferralState.UNREFERRED


def _rank(state: ReferralState, visit: Visit, policy: PaymentPolicy) -> tuple[int, ReferralState]:
    cell = (visit.setting * len(PayTier) + visit.tier) * len(ReferralState) + state
    return (-policy.ratio_referral_points[cell] if policy.higher_wins else 0), state
