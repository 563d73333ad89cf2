"""What a change would have altered on last month's bills, had it held then: every person's year settled both ways."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet

from fenji.apps.common.models import PolicyChange
from fenji.apps.common.rulebooks import decision_of
from fenji.apps.payments import queries
from fenji.apps.payments.models import Claim, ClaimState, Mode, PersonYear
from fenji.kernel.payment.outcome import Settlement
from fenji.kernel.payment.policy import PaymentPolicy
from fenji.kernel.payment.year import settle_year
from fenji.kernel.working_time import CHINA
from fenji.rulebook.decisions import Decision, decide
from fenji.rulebook.payment import payment_policy
from fenji.rulebook.rulebook import Rulebook
from fenji.web.presenters.dates import local

MOST_PEOPLE = 1000  # settled twice while the page waits; more are estimated from these
# How care came about, which the bills already say; and examples for estimates, which are no rule.
NOT_AMOUNTS = ("payment.referral.", "payment.usual_bill.")


@dataclass(frozen=True)
class Effect:
    """Last month from `first` up to `last`, a day no longer in it. Amounts in 分, more is positive.

    `is_payment` is False where the rule alters no amount. With `people` 0 there are no bills yet.
    """

    first: date
    last: date
    is_payment: bool
    people: int = 0
    people_left_out: int = 0
    bills: int = 0
    bills_altered: int = 0
    better_off: int = 0  # people who would have paid less
    worse_off: int = 0
    fund_cents: int = 0
    catastrophic_cents: int = 0
    assistance_cents: int = 0
    self_cents: int = 0


def effect_of(change: PolicyChange, before: Rulebook, *, at: datetime) -> Effect:
    """The effect of a draft, had it held all of last month."""
    last = local(at).date().replace(day=1)
    first = (last - timedelta(days=1)).replace(day=1)
    if not change.key.startswith("payment.") or change.key.startswith(NOT_AMOUNTS):
        return Effect(first, last, is_payment=False)
    after = decide(before, [_held_during(decision_of(change), first, last)])
    found = _years(first, last)
    people = list(found[:MOST_PEOPLE])
    differences = [_of_person(one, before, after, first, last) for one in people]
    altered = [one for one in differences if any(any(amounts) for amounts in one)]
    owed = [sum(amounts[3] for amounts in one) for one in altered]
    sums = [sum(amounts[place] for one in differences for amounts in one) for place in range(4)]
    return Effect(
        first, last, True, len(people), found.count() - len(people), sum(map(len, differences)),
        sum(any(amounts) for one in differences for amounts in one),
        sum(cents < 0 for cents in owed), sum(cents > 0 for cents in owed), *sums,
    )  # fmt: skip


def _held_during(decision: Decision, first: date, last: date) -> Decision:
    return Decision(
        decision.id, decision.key, decision.value, first, last, decision.ground, decision.clause, decision.status
    )


def _years(first: date, last: date) -> QuerySet[PersonYear]:
    """The years of people with a bill that ended in the month."""
    begins, ends = (datetime.combine(day, time(), CHINA) for day in (first, last))
    counting = Claim.objects.filter(
        mode=Mode.OFFICIAL, state=ClaimState.SETTLED, ended_at__gte=begins, ended_at__lt=ends
    )
    return PersonYear.objects.filter(pk__in=counting.values("person_year")).order_by("pk")


def _of_person(
    year: PersonYear, before: Rulebook, after: Rulebook, first: date, last: date
) -> list[tuple[int, int, int, int]]:
    """For each of the person's bills of the month what each payer would pay more."""
    bills, opening = [queries.dated(claim) for claim in queries.counting(year)], queries.opening_of(year)
    old, new = (settle_year(bills, _by(rulebook), opening) for rulebook in (before, after))
    days = {bill.id: bill.on for bill in bills}
    return [
        _more(was.settlement, would.settlement)
        for was, would in zip(old, new, strict=True)
        if first <= days[was.id] < last
    ]


def _by(rulebook: Rulebook) -> Callable[[date], PaymentPolicy]:
    return lambda day: payment_policy(rulebook, day)


def _more(was: Settlement, would: Settlement) -> tuple[int, int, int, int]:
    return (
        would.fund_cents - was.fund_cents,
        would.catastrophic_cents - was.catastrophic_cents,
        would.assistance_cents - was.assistance_cents,
        would.self_cents - was.self_cents,
    )
