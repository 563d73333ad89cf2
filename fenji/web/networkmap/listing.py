"""The network as a list: for every institution who stands above it, by which tie, and in which consortia it is."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from fenji.apps.registry.snapshot import Node, Snapshot, Union
from fenji.kernel.tiers import LinkKind
from fenji.web.networkmap.selection import Shown
from fenji.web.presenters.names import region_name
from fenji.web.presenters.tiers import link_words


@dataclass(frozen=True)
class Above:
    """One institution above and the kinds of tie to it, in words."""

    node: Node
    kinds: str
    is_advice_only: bool


@dataclass(frozen=True)
class Row:
    node: Node
    above: tuple[Above, ...]
    consortia: tuple[Union, ...]
    villages: int


@dataclass(frozen=True)
class County:
    code: str
    name: str
    rows: tuple[Row, ...]


def counties(snapshot: Snapshot, shown: Shown, *, on: date) -> list[County]:
    """Rows by county, the city's own first, then by code; inside from the highest tier, then pinyin."""
    above = _above(snapshot, shown)
    rows: dict[str, list[Row]] = {}
    for node in sorted(shown.nodes, key=lambda one: (-one.tier, one.region, one.name_pinyin)):
        unions = tuple(snapshot.unions_of(node.id, on))
        rows.setdefault(node.county, []).append(
            Row(node, above.get(node.id, ()), unions, shown.villages.get(node.id, 0))
        )
    return [County(code, region_name(snapshot, code), tuple(found)) for code, found in sorted(rows.items())]


def _above(snapshot: Snapshot, shown: Shown) -> dict[int, tuple[Above, ...]]:
    kinds: dict[int, dict[int, list[LinkKind]]] = {}
    for tie in shown.ties:
        kinds.setdefault(tie.lower, {}).setdefault(tie.upper, []).append(tie.kind)
    return {
        lower: tuple(
            Above(snapshot.nodes[upper], _("、").join(link_words(kind) for kind in found), found == [LinkKind.GUIDANCE])
            for upper, found in uppers.items()
        )
        for lower, uppers in kinds.items()
    }
