"""Bills behind every address of the pages about paying: settled ones, one reversed, a shortfall, a case."""

from datetime import datetime, timedelta

from fenji.apps.contracts.models import Contract
from fenji.apps.payments.actions import claims, shadow, supervision
from fenji.apps.residents.models import Resident
from tests.apps.payments.conftest import make_stay
from tests.factories.world import World


def settle_some(world: World, at: datetime) -> None:
    """Two stays for one illness make a case; an earlier one, reversed, makes the patient owe more for a later one."""
    assert world.resident is not None
    Resident.objects.filter(pk=world.resident.pk).update(scheme="resident")
    world.resident.refresh_from_db()
    insurer = world.people["insurer"]
    for code, days in (("bill-3", 5), ("bill-2", 20)):
        claims.settle(make_stay(world, at, code=code, days_ago=days, diagnosis_code="I10"), by=insurer)
    first = claims.settle(make_stay(world, at, code="bill-1", days_ago=40), by=insurer)
    claims.reverse(first.pk, reason="不是本人", by=insurer)
    official = dict.fromkeys(shadow.COMPARED, 0) | {"total_cents": 1_000_000, "self_cents": 1_000_000}
    shadow.compare(make_stay(world, at, code="bill-4", official=official), by=insurer)
    year = timedelta(days=365)
    Contract.objects.create(
        resident=world.resident, team=world.team, valid_from=(at - year).date(), valid_until=(at + year).date(),
        signed_at=at - year,
    )  # fmt: skip
    supervision.look_for_cases((at - timedelta(days=60)).date(), (at + timedelta(days=1)).date())
