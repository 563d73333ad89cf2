"""What a city's database is filled with: its network and policy, synthetic residents, schedules and their places."""

from collections.abc import Callable
from datetime import timedelta

from fenji.apps.common import clock, rulebooks

Report = Callable[[int, int], None]
FIRST_RESIDENTS, SEED = 26_000, 1
SCHEDULE_DAYS = 28


def load_city(city: str, report: Report) -> None:
    """Load or update the network and the policy of a city pack."""
    from fenji.apps.registry import loading
    from fenji.cities.network import load_network
    from fenji.rulebook import load_rulebook

    rulebook, network, at = load_rulebook(city), load_network(city), clock.now()
    rulebooks.store(rulebook, at=at)
    report(1, 2)
    loading.load_city(network, at)
    report(2, 2)


def synthesise_residents(number: int, seed: int, report: Report) -> int:
    """Load `number` synthetic residents; returns how many rows there are now from this source."""
    from fenji.apps.residents import loading

    return loading.load_synthetic(number, seed, report)


def first_residents(report: Report) -> None:
    """One resident in a hundred, unless somebody is registered already."""
    from fenji.apps.residents.models import Resident

    if not Resident.objects.exists():
        synthesise_residents(FIRST_RESIDENTS, SEED, report)


def make_places(report: Report) -> None:
    """Numbered places for the next four weeks."""
    from fenji.apps.booking import schedules

    schedules.make_places(clock.now() + timedelta(days=SCHEDULE_DAYS))
    report(1, 1)
