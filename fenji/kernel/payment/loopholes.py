"""Where a policy rewards what it does not mean: splitting a bill, skipping the referral, going higher, staying up.

Faults of policies, not of the kernel: the same illness is settled in the way meant and in another, over a grid of
schemes, settings, tiers and amounts, and whoever pays less by the other way is a finding.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import product

from fenji.kernel.payment.bill import Bill
from fenji.kernel.payment.codes import PayTier, ReferralState, Scheme, Setting
from fenji.kernel.payment.policy import PaymentPolicy
from fenji.kernel.payment.year import DatedBill, settle_year

VISIT_YUAN = (50, 100, 200, 500, 1000, 3000)
STAY_YUAN = (1000, 3000, 10_000, 30_000, 100_000)  # below the year's cap, where all ways cost the same
ROUNDING_CENTS = 2  # two bills round twice: no reward
NEW_YEAR = date(2000, 1, 1)  # any: a policy is given, not looked up


class Kind(StrEnum):
    SPLIT = "split"
    SKIP = "skip"
    HIGHER = "higher"
    STAY_UP = "stay_up"


# What pays, Chinese and English.
KINDS: dict[Kind, tuple[str, str]] = {
    Kind.SPLIT: ("一次费用拆成两张单据，个人反而少付", "one bill split in two costs the patient less"),
    Kind.SKIP: ("未经转诊并不多付", "going without a referral costs no more"),
    Kind.HIGHER: ("到更高级别就诊并不多付", "going to a higher tier costs no more"),
    Kind.STAY_UP: ("病情稳定后转回下级反而多付", "being sent down costs more than staying up"),
}


@dataclass(frozen=True)
class Course:
    """Bills of one illness, a week apart, of one referral chain or none; what they come to, in 分."""

    bills: tuple[Bill, ...]
    self_cents: int
    fund_cents: int


@dataclass(frozen=True)
class Loophole:
    """The worst case found of its kind for a scheme, setting and tier. A reward of 0: the other way costs the same."""

    kind: Kind
    scheme: Scheme
    setting: Setting
    tier: PayTier
    meant: Course
    instead: Course

    @property
    def reward_cents(self) -> int:
        return self.meant.self_cents - self.instead.self_cents


def find_loopholes(policy: PaymentPolicy) -> tuple[Loophole, ...]:
    """What the policy rewards and should not, the dearest of each kind and place."""
    worst: dict[tuple[Kind, Scheme, Setting, PayTier], Loophole] = {}
    for loophole in _all(policy):
        place = (loophole.kind, loophole.scheme, loophole.setting, loophole.tier)
        if place not in worst or loophole.reward_cents > worst[place].reward_cents:
            worst[place] = loophole
    return tuple(worst.values())


def _all(policy: PaymentPolicy) -> Iterator[Loophole]:
    for scheme, setting, tier in product(Scheme, Setting, PayTier):
        if not _is_covered(policy, scheme, setting, tier):
            continue
        for yuan in STAY_YUAN if setting >= Setting.INPATIENT else VISIT_YUAN:
            for kind, meant, instead in _ways(policy, scheme, setting, tier, yuan * 100):
                tolerated = -ROUNDING_CENTS if kind in (Kind.SPLIT, Kind.STAY_UP) else 0
                anything_paid = meant.fund_cents or instead.fund_cents
                if anything_paid and instead.self_cents <= meant.self_cents + tolerated:
                    yield Loophole(kind, scheme, setting, tier, meant, instead)


def _ways(
    policy: PaymentPolicy, scheme: Scheme, setting: Setting, tier: PayTier, cents: int
) -> Iterator[tuple[Kind, Course, Course]]:
    """The way meant and another, for each kind that can be tried here; `tier` is where the other way leads."""

    def bill(at: PayTier, state: ReferralState, part: int = 1) -> Bill:
        return Bill(scheme, setting, at, state, a_cents=cents // part)

    state = ReferralState.FIRST_CONTACT if tier <= PayTier.COMMUNITY else ReferralState.REFERRED
    whole, half = bill(tier, state), bill(tier, state, 2)
    yield Kind.SPLIT, _course(policy, whole), _course(policy, half, half)
    if tier <= PayTier.COMMUNITY:
        return
    yield Kind.SKIP, _course(policy, whole), _course(policy, bill(tier, ReferralState.UNREFERRED))
    below = PayTier(tier - 1)
    if not _is_covered(policy, scheme, setting, below):
        return
    lower = ReferralState.FIRST_CONTACT if below <= PayTier.COMMUNITY else ReferralState.REFERRED
    yield Kind.HIGHER, _course(policy, bill(below, lower)), _course(policy, whole)
    if setting is Setting.INPATIENT:
        down = _course(policy, half, bill(below, ReferralState.REFERRED, 2), chain="illness")
        yield Kind.STAY_UP, down, _course(policy, whole)


def _course(policy: PaymentPolicy, *bills: Bill, chain: str = "") -> Course:
    dated = (DatedBill(str(i), NEW_YEAR + timedelta(weeks=i), bill, chain) for i, bill in enumerate(bills))
    settled = [each.settlement for each in settle_year(dated, lambda _: policy)]
    return Course(bills, sum(one.self_cents for one in settled), sum(one.fund_cents for one in settled))


def _is_covered(policy: PaymentPolicy, scheme: Scheme, setting: Setting, tier: PayTier) -> bool:
    return policy.ratio_permille[(setting * len(Scheme) + scheme) * len(PayTier) + tier] > 0
