"""Two imports at the same moment: one effect, nobody is told a tale. Each race fails on a copy without its guard."""

from collections.abc import Callable, Iterator

import pytest

from fenji.apps.accounts.models import User
from fenji.apps.common import clock as fenji_clock
from fenji.apps.common.models import AuditEvent
from fenji.apps.residents.models import Resident
from fenji.exchange import actions
from fenji.exchange.models import Upload, UploadState
from fenji.kernel.roles import Office
from tests.conftest import NOON
from tests.exchange.conftest import RESIDENT_HEADER, resident_row, xlsx
from tests.factories.accounts import administrator
from tests.factories.world import make_world
from tests.races.together import together

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = [pytest.param(2, id="few"), pytest.param(20, id="full", marks=pytest.mark.prove)]
PEOPLE = 40


@pytest.fixture
def system() -> Iterator[User]:
    with fenji_clock.set_to(NOON):
        make_world(NOON)
        yield administrator(Office.SYSTEM)


def confirmed(by: User, start: int) -> Upload:
    """A file of forty residents, checked and confirmed, not yet loaded."""
    rows = [resident_row(start + 2 * n) for n in range(PEOPLE)]
    upload = actions.receive("residents", name="a.xlsx", content=xlsx(RESIDENT_HEADER, *rows), by=by)
    Upload.objects.filter(pk=upload.pk).update(state=UploadState.CONFIRMED)
    return upload


def race_of_the_same_file_twice(by: User, start: int) -> None:
    uploads = [confirmed(by, start), confirmed(by, start)]
    outcomes = together([lambda one=one: actions.load(one.pk) for one in uploads])  # type: ignore[misc]
    assert all(isinstance(one, Upload) for one in outcomes), outcomes
    assert sorted(one.new for one in outcomes) == [0, PEOPLE]
    assert {one.state for one in outcomes} == {UploadState.LOADED}


def race_of_two_workers(by: User, start: int) -> None:
    upload = confirmed(by, start)
    before = AuditEvent.objects.filter(verb="import.load").count()
    outcomes = together([lambda: actions.load(upload.pk)] * 3)
    assert all(isinstance(one, Upload) for one in outcomes), outcomes
    assert AuditEvent.objects.filter(verb="import.load").count() == before + 1
    assert Upload.objects.get(pk=upload.pk).new == PEOPLE


@pytest.mark.parametrize("race", [race_of_the_same_file_twice, race_of_two_workers])
@pytest.mark.parametrize("rounds", ROUNDS)
def test_at_the_same_moment_one_effect(system: User, race: Callable[[User, int], None], rounds: int):
    for number in range(rounds):
        race(system, 2 + 2 * PEOPLE * number)
        Resident.objects.filter(source_system="spreadsheet").delete()


@pytest.mark.parametrize(
    ("race", "guard"),
    [(race_of_the_same_file_twice, "_one_load_of"), (race_of_two_workers, "_one_at_a_time")],
)
def test_without_its_guard_the_race_is_lost(
    system: User, monkeypatch: pytest.MonkeyPatch, race: Callable[[User, int], None], guard: str
):
    monkeypatch.setattr(actions, guard, lambda given: None)
    for number in range(8):
        try:
            race(system, 2 + 2 * PEOPLE * number)
        except AssertionError:
            return
    pytest.fail("the race does not notice that its guard is gone")
