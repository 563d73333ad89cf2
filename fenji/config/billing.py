"""The demonstration's bills: visits and stays of three months, settled one after another as they would have come."""

import contextlib
import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.db import transaction

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
from fenji.kernel.payment.codes import ItemKind, Setting
from fenji.kernel.payment.lines import Line
from fenji.kernel.referral import Direction

Report = Callable[[int, int], None]
SEED, VISITS, STAYS = 1, 90, 30
LOOKS_BACK = timedelta(days=95)
DIAGNOSES = ("I10.x00", "E11.900", "J44.900", "I25.100", "I63.900", "K80.200", "M51.200", "J18.900")
AN_HOUR = timedelta(hours=1)


@transaction.atomic
def settle_bills(report: Report) -> int:
    """Settle the invented bills in order of time, then look for odd ones; returns how many bills."""
    if Claim.objects.exists():
        return 0
    now, officer = clock.now(), User.objects.get(username="insurer")
    bills = sorted(_bills(now), key=lambda bill: bill.ended_at)
    for count, bill in enumerate(bills, 1):
        with clock.set_to(bill.ended_at + AN_HOUR), contextlib.suppress(NotInsured):  # who is not insured pays in cash
            claims.settle(bill, by=officer)
        report(count, len(bills))
    supervision.look_for_cases((now - LOOKS_BACK).date(), now.date())
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


def _after_referrals(draw: random.Random, items: dict[str, list[Item]], now: datetime) -> Iterator[Bill]:
    """Stays of those who were sent up and treated: these are settled as referred."""
    sent = Referral.objects.filter(direction=Direction.UP, arrived_at__isnull=False, replied_at__isnull=False)
    for number, one in enumerate(sent.select_related("receiver").order_by("created_at")[:30]):
        if one.receiver is None or one.arrived_at is None:
            continue
        ended = min(now - AN_HOUR, one.arrived_at + timedelta(days=draw.randrange(2, 6)))
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
