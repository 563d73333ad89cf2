"""One served town for all faults: starting it takes longer than a fault does."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.rush_town import Town, town


@pytest.fixture(scope="session")
def served(migrated_home: Path) -> Iterator[Town]:
    with town(1200, departments=10, migrated=migrated_home) as made:
        yield made
