"""What a resident would pay, before anything is booked or settled. Nothing is stored."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from fenji.apps.common import rulebooks
from fenji.apps.payments import queries
from fenji.apps.payments.assessing import Assessed, assess
from fenji.apps.payments.given import Bill
from fenji.apps.payments.models import PersonYear
from fenji.apps.payments.rules import pay_tier, policy_on
from fenji.apps.registry.models import Institution
from fenji.kernel.payment.codes import Setting
from fenji.kernel.payment.outcome import Settlement
from fenji.kernel.payment.referral_state import FactKind, ReferralFact
from fenji.kernel.payment.year import DatedBill, settle_year
from fenji.kernel.referral import Direction


@dataclass(frozen=True)
class Estimate:
    """What a bill of this size would come to at one institution; `assessed` says how it would be classed."""

    assessed: Assessed
    settlement: Settlement


def estimate(given: Bill, *, supposing: ReferralFact | None = None, class_a_cents: int = 0) -> Estimate:
    """Settle a bill as it would be settled now, at the end of the person's year as the books know it."""
    assessed = assess(given, supposing=supposing, class_a_cents=class_a_cents)
    day = timezone.localdate(given.ended_at)
    scheme = assessed.insured.scheme.name.lower()
    year = PersonYear.objects.filter(resident=assessed.resident, year=day.year, scheme=scheme).first()
    before = [queries.dated(claim) for claim in queries.counting(year)] if year else []
    last = DatedBill("~", max([day, *(one.on for one in before)]), assessed.bill, assessed.came.chain)
    settled = settle_year([*before, last], policy_on, queries.opening_of(year) if year else None)
    return Estimate(assessed, settled[-1].settlement)


def estimates_at(
    resident_id: UUID, sender: Institution, receivers: Iterable[Institution], setting: Setting, *, at: datetime
) -> dict[str, Estimate]:
    """What the resident would pay at each institution if referred there now, by its code.

    It rests on the rulebook's usual bill of the tier, taken as class A: an example, and to be shown as one.
    """
    key, day = f"payment.usual_bill.{setting.name.lower()}", timezone.localdate(at)
    usual = rulebooks.current().value(key, on=day).value
    return {
        receiver.code: estimate(
            Bill(resident_id, receiver.code, setting, at, at, ()),
            supposing=_referral(sender, receiver, at),
            class_a_cents=int(usual[pay_tier(receiver).name.lower()]),
        )
        for receiver in receivers
    }


def _referral(sender: Institution, receiver: Institution, at: datetime) -> ReferralFact:
    rise = pay_tier(receiver) - pay_tier(sender)
    direction = Direction.UP if rise > 0 else Direction.DOWN if rise < 0 else Direction.SAME
    return ReferralFact(
        "supposed", FactKind.REFERRAL, at, None, False, direction, pay_tier(sender), pay_tier(receiver), receiver.code
    )  # fmt: skip
