"""What is free in the whole region in the coming week: clinics, examinations and beds, by institution and on a map."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from fenji.apps.booking.boards import free_by_institution
from fenji.apps.common import clock
from fenji.apps.registry.snapshot import Node, network
from fenji.apps.stays.policies import Span
from fenji.apps.stays.queries import free_beds
from fenji.kernel.roles import CLINICAL, Role
from fenji.kernel.tiers import Tier
from fenji.web.networkmap import geography
from fenji.web.networkmap.outlines import outline
from fenji.web.networkmap.selection import Selection, Shown, shown
from fenji.web.presenters.dates import local
from fenji.web.presenters.names import region_name
from fenji.web.roles import PostRequest, requires_role

A_NIGHT = timedelta(days=1)
BIGGEST, SMALLEST = 17, 5  # radius of a circle of the map, in its units


@dataclass(frozen=True)
class Free:
    """One institution's free places of the coming week, and its beds free for the coming day."""

    node: Node
    county: str
    specialist: int
    expert: int
    examinations: int
    beds: int

    @property
    def places(self) -> int:
        return self.specialist + self.expert + self.examinations


@dataclass(frozen=True)
class Circle:
    """One institution on the map; the area goes by its free places and beds."""

    free: Free
    pin: geography.Pin
    radius: float


@require_GET
@requires_role(Role.REFERRAL_OFFICE, *CLINICAL)
def region(request: PostRequest) -> HttpResponse:
    at = clock.now()
    snapshot = network()
    everything = shown(snapshot, Selection(), on=local(at).date())
    rows = _free(everything.nodes, {code: region_name(snapshot, code) for code in snapshot.regions}, at)
    drawn = Shown(tuple(row.node for row in rows), (), {})
    codes = sorted({node.county for node in everything.nodes if node.tier < Tier.CITY})
    rings = {code: outline(code) for code in codes if outline(code)}
    plan = geography.draw(drawn, rings, {code: region_name(snapshot, code) for code in codes})
    shown_words = {
        "at": at, "rows": rows, "map": plan, "circles": _circles(plan.pins, rows),
        "detail": _circles(plan.detail.pins, rows) if plan.detail else [],
    }  # fmt: skip
    return render(request, "capacity/region.html", shown_words)


def _free(nodes: tuple[Node, ...], names: Mapping[str, str], at: datetime) -> list[Free]:
    """Institutions with something free, the most first; what a silent hospital claims is not counted."""
    places = free_by_institution(at=at)
    beds = free_beds([node.id for node in nodes], Span(at, at + A_NIGHT), at=at)
    rows = []
    for node in nodes:
        by_line = places.get(node.id, {})
        specialist, expert, examinations = (by_line.get(one, 0) for one in ("specialist", "expert", "examination"))
        county = names.get(node.county, "")
        rows.append(Free(node, county, specialist, expert, examinations, beds.get(node.id, 0)))
    some = (row for row in rows if row.places or row.beds)
    return sorted(some, key=lambda row: (-row.places - row.beds, row.node.code))


def _circles(pins: tuple[geography.Pin, ...], rows: list[Free]) -> list[Circle]:
    free = {row.node.id: row for row in rows}
    most = max((row.places + row.beds for row in rows), default=1)
    return [
        Circle(one, pin, max(SMALLEST, BIGGEST * ((one.places + one.beds) / most) ** 0.5))
        for pin in pins
        if (one := free.get(pin.node.id))
    ]
