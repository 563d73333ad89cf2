"""What a resident would pay, before anything is booked or settled. Nothing is stored."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from fenji.apps.common import rulebooks
from fenji.apps.payments import queries
from fenji.apps.payments.assessing import assess
from fenji.apps.payments.errors import NotInsured, Suspended
from fenji.apps.payments.facts import history_of
from fenji.apps.payments.given import Bill
from fenji.apps.payments.insured import insured_on
from fenji.apps.payments.models import PersonYear
from fenji.apps.payments.rules import pay_tier, policy_on
from fenji.apps.registry.models import Institution
from fenji.apps.residents.models import Resident
from fenji.kernel.payment.bill import Bill as KernelBill
from fenji.kernel.payment.codes import Scheme, Setting
from fenji.kernel.payment.outcome import Settlement
from fenji.kernel.payment.referral_state import FactKind, ReferralFact
from fenji.kernel.payment.year import DatedBill, settle_year
from fenji.kernel.referral import Direction


@dataclass(frozen=True)
class Estimate:
    """What a bill would come to; `referral_state` is how the care would have come about."""

    settlement: Settlement
    referral_state: int


def estimate(given: Bill) -> Estimate:
    """Settle a bill as it would be settled now, at the end of the person's year as the books know it."""
    assessed = assess(given)
    year = _Year(assessed.resident, assessed.insured.scheme, timezone.localdate(given.ended_at))
    return Estimate(year.then(assessed.bill, assessed.came.chain), assessed.bill.referral_state)


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
        found[receiver.code] = Estimate(year.then(bill, came.chain), bill.referral_state)
    return found


class _Year:
    """The person's year as the books know it, to which one more bill is added at a time."""

    def __init__(self, resident: Resident, scheme: Scheme, day: date) -> None:
        name = scheme.name.lower()
        year = PersonYear.objects.filter(resident=resident, year=day.year, scheme=name).first()
        self.before = [queries.dated(claim) for claim in queries.counting(year)] if year else []
        self.opening = queries.opening_of(year) if year else None
        self.day = max([day, *(one.on for one in self.before)])

    def then(self, bill: KernelBill, chain: str) -> Settlement:
        last = DatedBill("~", self.day, KernelBill(*map(int, bill)), chain)
        return settle_year([*self.before, last], policy_on, self.opening)[-1].settlement


def _referral(sender: Institution, receiver: Institution, at: datetime) -> ReferralFact:
    rise = pay_tier(receiver) - pay_tier(sender)
    direction = Direction.UP if rise > 0 else Direction.DOWN if rise < 0 else Direction.SAME
    return ReferralFact(
        "supposed", FactKind.REFERRAL, at, None, False, direction, pay_tier(sender), pay_tier(receiver), receiver.code
    )  # fmt: skip
