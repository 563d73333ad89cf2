"""The demonstration's bills: visits and stays of three months and of the end of last year, settled one after another
as they would have come.
"""

import contextlib
import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import product

from django.db import transaction
from django.utils import timezone

from fenji.apps.accounts.models import User
from fenji.apps.common import clock
from fenji.apps.contracts.models import Contract
from fenji.apps.payments.actions import claims, supervision
from fenji.apps.payments.errors import NotInsured
from fenji.apps.payments.given import Bill
from fenji.apps.payments.models import Claim, Item
from fenji.apps.payments.rules import pay_tier
from fenji.apps.referrals.models import Referral
from fenji.apps.registry.models import Institution
from fenji.config.demonstration import story_resident
from fenji.config.demonstration_accounts import CITY, COUNTY, TOWNSHIP
from fenji.config.demonstration_insurer import HOUSES, fill_desk, months_of_last_year
from fenji.kernel.payment.codes import ItemKind, Setting
from fenji.kernel.payment.lines import Line

Report = Callable[[int, int], None]
SEED, VISITS, STAYS, AFTER_REFERRALS = 1, 90, 30, 45
LAST_YEAR = (Setting.OUTPATIENT, Setting.INPATIENT)  # of each house and month
LOOKS_BACK = timedelta(days=95)
DIAGNOSES = ("I10.x00", "E11.900", "J44.900", "I25.100", "I63.900", "K80.200", "M51.200", "J18.900")
AN_HOUR = timedelta(hours=1)


@transaction.atomic
def settle_bills(report: Report) -> int:
    """Settle the invented bills in order of time, look for odd ones, fill the insurer's desk; returns how many."""
    if Claim.objects.exists():
        return 0
    now, officer = clock.now(), User.objects.get(username="insurer")
    bills = sorted(_bills(now), key=lambda bill: bill.ended_at)
    for count, bill in enumerate(bills, 1):
        with clock.set_to(bill.ended_at + AN_HOUR), contextlib.suppress(NotInsured):  # who is not insured pays in cash
            claims.settle(bill, by=officer)
        report(count, len(bills))
    supervision.look_for_cases((now - LOOKS_BACK).date(), now.date())
    fill_desk({bill.source_code: bill for bill in bills}, by=officer)
    return len(bills)


def _bills(now: datetime) -> Iterator[Bill]:
    draw = random.Random(SEED)  # noqa: S311 (invented data, the same each time)
    items = {kind: list(Item.objects.filter(kind=kind, valid_until=None).order_by("code")) for kind in _kinds()}
    signed = Contract.objects.filter(team__institution__code=TOWNSHIP).order_by("pk")[: VISITS + STAYS]
    people = [story_resident().pk, *signed.values_list("resident_id", flat=True)]
    for number in range(VISITS):
        ended = now - timedelta(days=draw.randrange(1, 90), hours=draw.randrange(8))
        house = draw.choices([TOWNSHIP, COUNTY, CITY], [6, 3, 1])[0]
        yield _bill(draw, items, people[number % len(people)], house, Setting.OUTPATIENT, ended, 0, f"M{number}")
    for number in range(STAYS):
        ended = now - timedelta(days=draw.randrange(2, 80), hours=draw.randrange(8))
        house = draw.choices([TOWNSHIP, COUNTY, CITY], [2, 5, 3])[0]
        days = draw.randrange(3, 12)
        who = people[number % min(12, len(people))]
        yield _bill(draw, items, who, house, Setting.INPATIENT, ended, days, f"Z{number}")
    yield from _after_referrals(draw, items, now)
    for number, (month, house, setting) in enumerate(product(months_of_last_year(now), HOUSES, LAST_YEAR)):
        ended = datetime(month.year, month.month, draw.randrange(3, 28), 15, tzinfo=timezone.get_current_timezone())
        days = draw.randrange(3, 9) if setting is Setting.INPATIENT else 0
        yield _bill(draw, items, people[-1 - number % min(30, len(people))], house, setting, ended, days, f"L{number}")


def _after_referrals(draw: random.Random, items: dict[str, list[Item]], now: datetime) -> Iterator[Bill]:
    """Stays of those who were sent and treated: settled as referred, where they were sent on as stages of one chain."""
    came = Referral.objects.filter(arrived_at__isnull=False).select_related("receiver").order_by("created_at")
    went_on = {one.parent_id: one.arrived_at for one in came if one.parent_id}
    treated = [one for one in came if one.replied_at or one.parent_id or one.pk in went_on]
    for number, one in enumerate(treated[:AFTER_REFERRALS]):
        if one.receiver is None or one.arrived_at is None:
            continue
        days = timedelta(days=draw.randrange(2, 6))
        ended = min(now - AN_HOUR, went_on.get(one.pk) or one.arrived_at + days)
        admitted = min(one.arrived_at, ended)
        bill = _bill(draw, items, one.resident_id, one.receiver.code, Setting.INPATIENT, ended, 0, f"R{number}")
        yield Bill(**{**bill.__dict__, "admitted_at": admitted, "diagnosis_code": one.diagnosis_code})


def _bill(
    draw: random.Random, items: dict[str, list[Item]], resident: object, house: str, setting: Setting,
    ended: datetime, days: int, number: str,
) -> Bill:  # fmt: skip
    tier = pay_tier(Institution.objects.get(code=house)).name.lower()
    lines = tuple(_line(draw, item, tier) for item in _basket(draw, items, setting))
    return Bill(
        resident, house, setting, ended - timedelta(days=days), ended, lines,  # type: ignore[arg-type]
        "demonstration", number, draw.choice(DIAGNOSES),
    )  # fmt: skip


def _basket(draw: random.Random, items: dict[str, list[Item]], setting: Setting) -> list[Item]:
    stay = setting is Setting.INPATIENT
    return [
        *draw.sample(items["drug"], 6 if stay else 2),
        *draw.sample(items["service"], 9 if stay else 2),
        *draw.sample(items["material"], 2 if stay else 0),
    ]


def _line(draw: random.Random, item: Item, tier: str) -> Line:
    """A price below the tier's ceiling where there is one; one line in a hundred and fifty is above it."""
    usual = item.ceilings.get(tier) or draw.randrange(800, 9000)
    amount = usual * (1100 if draw.randrange(150) == 0 else draw.randrange(700, 1000)) // 1000
    return Line(item.name, ItemKind[item.kind.upper()], 1000, amount, item.code)


def _kinds() -> list[str]:
    return [kind.name.lower() for kind in ItemKind]
