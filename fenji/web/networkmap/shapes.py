"""What the drawing by tier consists of. Lengths are SVG units, about a pixel; (0, 0) is above the city's column."""

from dataclasses import dataclass

from fenji.apps.registry.snapshot import Node
from fenji.kernel.tiers import LinkKind, Tier

CHIP_HEIGHT = 22.0


@dataclass(frozen=True)
class Chip:
    """An institution as drawn; `x`, `y` are the left edge and the middle."""

    node: Node
    x: float
    y: float
    width: float
    village_count: int = 0
    village_x: float = 0

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def top(self) -> float:
        return self.y - CHIP_HEIGHT / 2


@dataclass(frozen=True)
class Rail:
    """One trunk with its branches; `lowers` are the institutions it reaches, `path` its SVG path."""

    kind: LinkKind
    path: str
    lowers: tuple[int, ...]


@dataclass(frozen=True)
class Leader:
    """An institution with what leads down from it: drawn in one group, so that pointing at it shows its ties alone."""

    chip: Chip
    colour: int
    rails: tuple[Rail, ...]


@dataclass(frozen=True)
class Band:
    """A county's stretch of one side."""

    county: str
    name: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Heading:
    tier: Tier
    x: float


@dataclass(frozen=True)
class Diagram:
    x: float
    width: float
    height: float
    bands: tuple[Band, ...] = ()
    leaders: tuple[Leader, ...] = ()
    chips: tuple[Chip, ...] = ()  # institutions that lead to nobody
    headings: tuple[Heading, ...] = ()
