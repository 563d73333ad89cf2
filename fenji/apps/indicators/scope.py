"""Which referrals a figure is about: a period, seen at a time, and whose institutions."""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from django.utils import timezone

from fenji.apps.common import rulebooks
from fenji.apps.registry.snapshot import Snapshot, network
from fenji.kernel.choice import is_inside
from fenji.kernel.tiers import Tier

SKIP = 2  # tiers up without a tie: one too many


@dataclass(frozen=True)
class Scope:
    """Referrals first sent in `[start, until)`, as they stand at `at`; both ends count.

    `institution_ids` keeps what was sent from or put before these; None keeps everything. `network` is read once.
    """

    start: datetime
    until: datetime
    at: datetime
    institution_ids: frozenset[int] | None = None
    network: Snapshot = field(default_factory=network, repr=False, compare=False)

    @property
    def last_day(self) -> date:
        """The day whose ties excuse sending past a tier."""
        return timezone.localdate(min(self.until, self.at))

    @cached_property
    def tied_pairs(self) -> list[tuple[int, int]]:
        """Lower and upper institution of every tie that excuses sending past a tier."""
        return tied_pairs(self.network, self.last_day)


def institutions_of(region_code: str, snapshot: Snapshot) -> frozenset[int] | None:
    """The institutions that lie in a region; None for the city, so that nothing is left out."""
    if snapshot.regions.get(region_code, ("", None))[1] is None:
        return None
    return frozenset(one.id for one in snapshot.nodes.values() if region_code in snapshot.lineage(one.region))


def tied_pairs(snapshot: Snapshot, on: date) -> list[tuple[int, int]]:
    """As of a day; none where the city refers one level at a time."""
    if rulebooks.current().choice_rules(on).stepwise:
        return []
    pairs = {(tie.lower, tie.upper) for tie in snapshot.ties if tie.holds_on(on)} | _inside_one(snapshot, on)
    return sorted(pair for pair in pairs if _tier(snapshot, pair[1]) - _tier(snapshot, pair[0]) >= SKIP)


def _inside_one(snapshot: Snapshot, on: date) -> set[tuple[int, int]]:
    """Pairs of members of one consortium who refer to each other as inside it."""
    return {
        (lower, upper)
        for union in snapshot.unions
        if union.holds_on(on)
        for lower in union.members
        for upper in union.members
        if is_inside(union.kind, is_led_by_either=union.lead in {lower, upper})
    }


def _tier(snapshot: Snapshot, institution_id: int) -> Tier:
    return snapshot.nodes[institution_id].tier
