"""Bills behind every address of the pages about paying: settled ones, one reversed, a shortfall, a case."""

from datetime import datetime, timedelta

from fenji.apps.payments.actions import claims, supervision
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
    supervision.look_for_cases((at - timedelta(days=60)).date(), (at + timedelta(days=1)).date())
