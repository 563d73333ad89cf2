"""One clock: the database's, or the test's."""

from datetime import UTC, datetime, timedelta

import pytest

from fenji.apps.common import clock
from fenji.apps.common.clock import Frozen


@pytest.mark.django_db
def test_the_time_is_the_databases_and_moves_within_a_transaction() -> None:
    first, second = clock.now(), clock.now()
    assert first.tzinfo is not None
    assert first < second
    assert abs(first - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_set_clock_stands_until_moved_and_needs_no_database() -> None:
    at = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)
    with clock.set_to(at) as frozen:
        assert clock.now() == clock.now() == at
        assert frozen.advance(timedelta(hours=1)) == clock.now() == at + timedelta(hours=1)
        with clock.set_to(at - timedelta(days=1)):
            assert clock.now() == at - timedelta(days=1)
        assert clock.now() == at + timedelta(hours=1)
    with pytest.raises(RuntimeError):
        Frozen().at  # noqa: B018
