"""What a city's database is filled with: network and policy; in a demonstration also people, residents and clinics."""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from fenji.apps.accounts.models import User
from fenji.apps.booking import schedules
from fenji.apps.booking.patterns import ScheduleForm, set_schedule
from fenji.apps.common import clock, rulebooks
from fenji.apps.common.errors import DomainError
from fenji.apps.contracts import loading as contracts_loading
from fenji.apps.payments.catalogue import load_example
from fenji.apps.payments.models import Item
from fenji.apps.registry import loading as registry_loading
from fenji.apps.registry.loading import Loaded
from fenji.apps.registry.models import Department
from fenji.apps.registry.staff_loading import SOURCE, invented_staff
from fenji.apps.residents.models import Resident
from fenji.cities.network import load_network
from fenji.rulebook import load_rulebook
from fenji.simulator.staff import synthetic_schedules, synthetic_staff

Report = Callable[[int, int], None]
SEED = 1
FEWEST = 1_000  # residents; with fewer the township of the demonstration's logins would be all but empty
OPEN_FOR = timedelta(days=15)  # clinics were held before the demonstration began: its stories reach back


class TooFewResidents(DomainError):
    """A demonstration was asked for with fewer residents than its logins need."""

    code = "too_few_residents"
    message = f"演示至少要 {FEWEST} 名居民 / a demonstration needs at least {FEWEST} residents."
    remedy = "FENJI_DEMONSTRATION_RESIDENTS"


@transaction.atomic
def load_city(city: str, report: Report) -> Loaded:
    """Load or update the network and the policy of a city pack; in a demonstration with invented people.

    The policy of this installation's own city may be another pack's (FENJI_POLICY).
    """
    rules = settings.POLICY if city == settings.CITY else city
    rulebook, network, at = load_rulebook(rules), load_network(city), clock.now()
    rulebooks.store(rulebook, at=at)
    if not Item.objects.exists():
        load_example()  # until the city brings its own: every entry says that it is assumed
    report(1, 2)
    staff = invented_staff(network, SEED) if settings.DEMONSTRATION else None
    loaded = registry_loading.load_city(network, at, staff=staff)
    report(2, 2)
    return loaded


def synthesise_residents(number: int, seed: int, report: Report) -> int:
    """Load `number` synthetic residents with their contracts; quickest as the owner of the tables."""
    return contracts_loading.load_synthetic(number, seed, at=clock.now(), progress=report)


def first_residents(report: Report) -> None:
    """A demonstration's residents, unless somebody is registered already. Raises TooFewResidents."""
    if settings.DEMONSTRATION_RESIDENTS < FEWEST:
        raise TooFewResidents
    if not Resident.objects.exists():
        synthesise_residents(settings.DEMONSTRATION_RESIDENTS, SEED, report)


def open_clinics(report: Report) -> None:
    """The weekly clinics of the invented physicians, and their places as far ahead as the rulebook says."""
    at, network = clock.now() - OPEN_FOR, load_network(settings.CITY)
    clinics = synthetic_schedules(synthetic_staff(network, SEED), SEED)
    departments = {(one.institution.code, one.code): one.pk for one in Department.objects.select_related("institution")}
    physicians = dict(User.objects.filter(source_system=SOURCE).values_list("source_code", "pk"))
    with transaction.atomic():
        for count, clinic in enumerate(clinics, 1):
            form = ScheduleForm(
                department_id=departments[clinic.institution, clinic.department],
                physician_id=physicians[clinic.physician],
                line=clinic.line,
                weekday=clinic.weekday,
                starts=clinic.starts,
                ends=clinic.ends,
                place_minutes=clinic.place_minutes,
                valid_from=at.date(),
                source_system=SOURCE,
                source_code=clinic.code,
            )
            set_schedule(form, by=None, at=at)
            report(count, len(clinics))
    rulebook, today = rulebooks.current(), timezone.localdate()
    until = today + timedelta(weeks=rulebook.weeks_ahead(today))
    schedules.make_places(until, at=at, rulebook=rulebook)
