"""One served town for all faults: starting it takes longer than a fault does."""

from collections.abc import Iterator

import pytest

from bench.rush_town import Town, town


@pytest.fixture(scope="session")
def served() -> Iterator[Town]:
    with town(1200, departments=10) as made:
        yield made
