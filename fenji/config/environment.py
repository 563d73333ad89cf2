"""Completes the environment before Django reads it: database address and keys of a demonstration.

Without `FENJI_DATABASE_URL` it is a demonstration on the embedded PostgreSQL; with it, production unless
`FENJI_DEMONSTRATION=1`.
"""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fenji.config.home import home
from fenji.config.keys import demonstration_keys
from fenji.config.postgres import APPLICATION, OWNER, Cluster, running

YES = {"1", "true", "yes", "on"}


class WrongEnvironment(Exception):
    """The variables contradict each other; the message says how."""


@dataclass(frozen=True)
class Installation:
    """What this process is about to run. `cluster` is None with a database of one's own."""

    home: Path
    cluster: Cluster | None
    is_demonstration: bool

    @property
    def owner_url(self) -> str:
        return os.environ["FENJI_OWNER_DATABASE_URL"]


def complete() -> Installation:
    """Fill in `os.environ`, once; what is set already is kept."""
    base = home()
    own_database = bool(os.environ.get("FENJI_DATABASE_URL")) and not os.environ.get("FENJI_EMBEDDED")
    cluster = None if own_database else Cluster(base)
    demonstration = os.environ.setdefault("FENJI_DEMONSTRATION", "1" if cluster else "0").lower() in YES
    if cluster:
        if not demonstration:
            raise WrongEnvironment(
                "正式运行须用 FENJI_DATABASE_URL 指定自己的 PostgreSQL。 / "
                "Production needs a PostgreSQL of its own: set FENJI_DATABASE_URL."
            )
        os.environ["FENJI_EMBEDDED"] = "1"
        os.environ["FENJI_DATABASE_URL"] = cluster.url(APPLICATION)
        os.environ["FENJI_OWNER_DATABASE_URL"] = cluster.url(OWNER)
    os.environ.setdefault("FENJI_OWNER_DATABASE_URL", os.environ["FENJI_DATABASE_URL"])
    if demonstration:
        for name, value in demonstration_keys(base).items():
            os.environ.setdefault(name, value)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fenji.config.settings")
    return Installation(base, cluster, demonstration)


@contextlib.contextmanager
def database(installation: Installation) -> Iterator[None]:
    """The database at work for the length of the block: one's own, the running embedded one, or one started for it."""
    if installation.cluster is None:
        yield
        return
    with running(installation.cluster):
        yield


def as_owner() -> None:
    """From here on this process connects as the owner of the tables. Before Django loads."""
    os.environ["FENJI_DATABASE_URL"] = os.environ["FENJI_OWNER_DATABASE_URL"]
