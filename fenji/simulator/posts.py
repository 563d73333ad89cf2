"""A person's work at one or several institutions; also the random stream that each name has for itself."""

from dataclasses import dataclass
from zlib import crc32

import numpy as np

from fenji.kernel.roles import Role


@dataclass(frozen=True)
class Post:
    """One place of work. `clinics` half-days a week on `line`, each place `place_minutes` long; none if zero."""

    institution: str
    department: str | None
    role: Role
    line: str = ""  # general, specialist, expert
    clinics: int = 0
    place_minutes: int = 0


@dataclass(frozen=True)
class StaffMember:
    """A person; `key` is stable and serves as user name. The first post is the main one (others: 多点执业)."""

    key: str
    name: str
    title: str
    licence: str
    phone: str
    posts: tuple[Post, ...]


def random_stream(seed: int, name: str) -> np.random.Generator:
    """A stream of its own for each name, so that one institution's draws do not move another's."""
    return np.random.default_rng([seed, crc32(name.encode())])
