"""What a resident would pay, before anything is booked or settled. Nothing is stored."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from fenji.apps.common import rulebooks
from fenji.apps.common.errors import Invalid
from fenji.apps.payments import queries
from fenji.apps.payments.assessing import assess
from fenji.apps.payments.errors import NotInsured, Suspended
from fenji.apps.payments.facts import history_of
from fenji.apps.payments.given import Bill
from fenji.apps.payments.insured import insured_on
from fenji.apps.payments.models import PersonYear
from fenji.apps.payments.policies import check_designated
from fenji.apps.payments.rules import items_on, pay_tier, policy_on
from fenji.apps.registry.models import Institution
from fenji.apps.residents.models import Resident
from fenji.kernel.payment.bill import Bill as KernelBill
from fenji.kernel.payment.bill import total_cents
from fenji.kernel.payment.codes import Group, PayTier, ReferralState, Scheme, Setting
from fenji.kernel.payment.faults import FAULTS, Fault, fault_of
from fenji.kernel.payment.lines import ClassedLine, Line, bill_of, class_lines
from fenji.kernel.payment.outcome import Settlement
from fenji.kernel.payment.person import PersonYear as Accumulators
from fenji.kernel.payment.referral_state import FactKind, ReferralFact
from fenji.kernel.payment.year import DatedBill, settle_year
from fenji.kernel.referral import Direction


@dataclass(frozen=True)
class Estimate:
    """What a bill would come to."""

    settlement: Settlement
    bill: KernelBill

    @property
    def referral_state(self) -> int:
        """How the care would have come about."""
        return self.bill.referral_state


@dataclass(frozen=True)
class Basket:
    """What would be done and where. `sums`: amounts in 分 by part of the bill, for what is not named item by item."""

    setting: Setting
    institution: Institution
    lines: tuple[Line, ...] = ()
    sums: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Anybody:
    """Nobody in particular. Without a `state` the visit comes about as the policy has it where nobody referred."""

    scheme: Scheme
    group: Group
    contract: bool = False
    state: ReferralState | None = None


def estimate_basket(basket: Basket, whom: Resident | Anybody, *, at: datetime) -> tuple[Estimate, list[ClassedLine]]:
    """What it would cost a resident at the end of the year as the books know it, or somebody whose year begins.

    Raises NotInsured, Suspended, NotDesignated, Invalid.
    """
    check_designated(basket.institution)
    day, tier = timezone.localdate(at), pay_tier(basket.institution)
    items = items_on({line.code for line in basket.lines if line.code}, day)
    lines = list(class_lines(basket.lines, items.get, tier, policy_on(day).rounding))
    frame, chain, year = _frame(basket, whom, tier, at)
    bill = bill_of(lines, frame)
    bill = bill._replace(**{name: getattr(bill, name) + cents for name, cents in basket.sums.items()})
    bill = bill._replace(drug_cents=bill.drug_cents + basket.sums.get("b_drug_cents", 0))
    bill = KernelBill(*map(int, bill))
    if fault := fault_of(bill, Accumulators()):
        raise Invalid(FAULTS[Fault(fault)][0])
    if not total_cents(bill):
        raise Invalid(_("请至少填写一个项目或一项金额。"))
    return Estimate(year.then(bill, chain), bill), lines


def estimate(given: Bill) -> Estimate:
    """Settle a bill as it would be settled now, at the end of the person's year as the books know it."""
    assessed = assess(given)
    year = _Year(assessed.resident, assessed.insured.scheme, timezone.localdate(given.ended_at))
    return Estimate(year.then(assessed.bill, assessed.came.chain), assessed.bill)


def estimates_at(
    resident: Resident, sender: Institution, receivers: Iterable[Institution], setting: Setting, *, at: datetime
) -> dict[str, Estimate]:
    """What the resident would pay at each institution if referred there now, by its code; empty without insurance.

    It rests on the rulebook's usual bill of the tier, taken as class A: an example, and to be shown as one.
    """
    day = timezone.localdate(at)
    try:
        insured = insured_on(resident, day)
    except (NotInsured, Suspended):
        return {}
    usual = rulebooks.current().value(f"payment.usual_bill.{setting.name.lower()}", on=day).value
    history, year, found = history_of(resident, day), _Year(resident, insured.scheme, day), {}
    for receiver in receivers:
        tier = pay_tier(receiver)
        came = history.came(receiver, setting, at, supposing=_referral(sender, receiver, at))
        bill = KernelBill(
            insured.scheme, setting, tier, came.resolution.state, int(came.contract), insured.group,
            a_cents=int(usual[tier.name.lower()]),
        )  # fmt: skip
        found[receiver.code] = Estimate(year.then(bill, came.chain), bill)
    return found


class _Year:
    """The person's year as the books know it, to which one more bill is added at a time."""

    def __init__(self, resident: Resident | None, scheme: Scheme, day: date) -> None:
        name = scheme.name.lower()
        known = PersonYear.objects.filter(resident=resident, year=day.year, scheme=name)
        year = known.first() if resident is not None else None
        self.before = [queries.dated(claim) for claim in queries.counting(year)] if year else []
        self.opening = queries.opening_of(year) if year else None
        self.day = max([day, *(one.on for one in self.before)])

    def then(self, bill: KernelBill, chain: str) -> Settlement:
        last = DatedBill("~", self.day, KernelBill(*map(int, bill)), chain)
        return settle_year([*self.before, last], policy_on, self.opening)[-1].settlement


def _frame(basket: Basket, whom: Resident | Anybody, tier: PayTier, at: datetime) -> tuple[KernelBill, str, _Year]:
    """The bill without its amounts, the referral chain it belongs to, and the year it falls into."""
    day, setting = timezone.localdate(at), basket.setting
    if isinstance(whom, Anybody):
        state = whom.state if whom.state is not None else _unreferred(setting, tier, day)
        frame = KernelBill(whom.scheme, setting, tier, state, int(whom.contract), whom.group)
        return frame, "", _Year(None, whom.scheme, day)
    insured = insured_on(whom, day)
    came = history_of(whom, day).came(basket.institution, setting, at)
    frame = KernelBill(insured.scheme, setting, tier, came.resolution.state, int(came.contract), insured.group)
    return frame, came.chain, _Year(whom, insured.scheme, day)


def _unreferred(setting: Setting, tier: PayTier, day: date) -> ReferralState:
    first = policy_on(day).first_contact[setting * len(PayTier) + tier]
    return ReferralState.FIRST_CONTACT if first else ReferralState.UNREFERRED


def _referral(sender: Institution, receiver: Institution, at: datetime) -> ReferralFact:
    rise = pay_tier(receiver) - pay_tier(sender)
    direction = Direction.UP if rise > 0 else Direction.DOWN if rise < 0 else Direction.SAME
    return ReferralFact(
        "supposed", FactKind.REFERRAL, at, None, False, direction, pay_tier(sender), pay_tier(receiver), receiver.code
    )  # fmt: skip
