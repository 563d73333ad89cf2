"""What of the network is shown: the county, consortium and kind of link chosen in the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from fenji.apps.registry.queries import NetworkPage, links_for_network_page
from fenji.apps.registry.snapshot import Node, Snapshot, Tie
from fenji.kernel.tiers import LinkKind, Tier


@dataclass(frozen=True)
class Selection:
    """Codes from the query string; unknown ones count as not chosen."""

    county: str = ""
    consortium: str = ""
    kind: LinkKind | None = None

    @property
    def is_narrowed(self) -> bool:
        return bool(self.county or self.consortium or self.kind)


@dataclass(frozen=True)
class Shown:
    """Institutions and ties that are drawn; both ends of every tie are nodes. `villages` counts stations."""

    nodes: tuple[Node, ...]
    ties: tuple[Tie, ...]
    villages: Mapping[int, int]


def selection_from(query: Mapping[str, str], snapshot: Snapshot) -> Selection:
    county, consortium, kind = query.get("county", ""), query.get("consortium", ""), query.get("kind", "")
    return Selection(
        county if any(node.county == county for node in snapshot.nodes.values()) else "",
        consortium if any(union.code == consortium for union in snapshot.unions) else "",
        LinkKind(kind) if kind in set(LinkKind) else None,
    )


def shown(snapshot: Snapshot, chosen: Selection, *, on: date) -> Shown:
    """Institutions that treat, above the village, and the ties between them on a day, as far as the selection goes."""
    page = links_for_network_page(on)
    treating = {node.id: node for _region, nodes in page.counties for node in nodes if node.tier > Tier.VILLAGE}
    ties = [tie for upper, lower, tie in page.links if upper.id in treating and lower.id in treating]
    if chosen.kind:
        ties = [tie for tie in ties if tie.kind == chosen.kind]
    kept = set(treating)
    if chosen.consortium:
        kept &= next(union.members for union in snapshot.unions if union.code == chosen.consortium)
    if chosen.county:
        inside = {i for i in kept if treating[i].county == chosen.county}
        kept = inside | {tie.upper for tie in ties if tie.lower in inside and tie.upper in kept}
    ties = [tie for tie in ties if tie.upper in kept and tie.lower in kept]
    return Shown(tuple(treating[i] for i in treating if i in kept), tuple(ties), _villages(page))


def _villages(page: NetworkPage) -> dict[int, int]:
    counts: dict[int, int] = {}
    for upper, _lower, tie in page.links:
        if tie.kind == LinkKind.VILLAGE:
            counts[upper.id] = counts.get(upper.id, 0) + 1
    return counts
