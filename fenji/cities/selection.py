"""Choosing institutions by what they are: `where = { regions = [...], kinds = [...] }` in the network's files."""

from collections.abc import Iterable
from dataclasses import dataclass

from fenji.cities.rows import Row
from fenji.cities.shape import Institution
from fenji.kernel.tiers import Grade, Kind, Level, Tier

AUTHORITIES = frozenset({Kind.COMMISSION, Kind.INSURER})


@dataclass(frozen=True)
class Selection:
    """Medical institutions that meet every list given; an empty list excludes nobody. A region is meant exactly."""

    regions: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()
    excepted: tuple[str, ...] = ()

    def takes(self, one: Institution) -> bool:
        return (
            one.kind not in AUTHORITIES
            and one.code not in self.excepted
            and all(
                not allowed or str(value) in allowed
                for allowed, value in (
                    (self.regions, one.region),
                    (self.kinds, one.kind.value),
                    (self.tiers, one.tier.value),
                    (self.levels, one.level.value),
                    (self.grades, one.grade.value),
                )
            )
        )

    def codes(self, institutions: Iterable[Institution]) -> tuple[str, ...]:
        return tuple(one.code for one in institutions if self.takes(one))


def read_selection(row: Row | None) -> Selection | None:
    """The selection in a `where` table; none where the table is absent."""
    if row is None:
        return None
    selection = Selection(
        regions=row.texts("regions"),
        kinds=_known(row, "kinds", [kind.value for kind in Kind]),
        tiers=_known(row, "tiers", [str(tier.value) for tier in Tier]),
        levels=_known(row, "levels", [level.value for level in Level]),
        grades=_known(row, "grades", [grade.value for grade in Grade]),
        excepted=row.texts("except"),
    )
    row.done()
    return selection


def _known(row: Row, key: str, allowed: list[str]) -> tuple[str, ...]:
    given = row.texts(key)
    for value in given:
        if value not in allowed:
            raise row.wrong(key, f"{value!r} is not known", f"use {', '.join(allowed)}")
    return given
