"""The commission's first page: what stands still, the figures, who refers to whom, how the weeks went."""

from collections.abc import Mapping, Sequence

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from fenji.apps.common import clock
from fenji.apps.indicators import present
from fenji.apps.indicators.behind import overdue_rows
from fenji.apps.indicators.definitions import BY_CODE
from fenji.apps.indicators.escalations import waiting_count
from fenji.apps.indicators.figures import Figure
from fenji.apps.indicators.flows import Flow
from fenji.apps.indicators.overview import overview
from fenji.apps.indicators.present import Standstill
from fenji.apps.indicators.scope import Scope
from fenji.apps.notices import queries as notices
from fenji.apps.registry.snapshot import Node, Snapshot
from fenji.kernel.referral import Direction
from fenji.kernel.roles import Role
from fenji.web.commission.flow_layout import drawing
from fenji.web.commission.flowing import graph
from fenji.web.commission.selection import Selection, selection_from
from fenji.web.commission.tiles import TILES, Tile, definition_words, tile, tiles
from fenji.web.commission.trends import CHARTS, charts
from fenji.web.presenters.names import short_name
from fenji.web.presenters.states import refusal_words
from fenji.web.roles import PostRequest, requires_role

SHOWN = 5  # of what is overdue, on the first page
WEEKLY = tuple(dict.fromkeys((*TILES, *CHARTS)))  # what is drawn by weeks
WIDE, NARROW = 620.0, 344.0  # of a drawing, in SVG units


@require_GET
@requires_role(Role.COMMISSION)
def desk(request: PostRequest) -> HttpResponse:
    """Everything at a glance; each number leads to the list behind it."""
    at = clock.now()
    chosen = selection_from(request.GET, region=request.post.institution.region_id, at=at)
    scope = chosen.scope
    turns = present.overdue_by_institution(scope)
    words: dict[str, object] = {"at": at, "chosen": chosen} | _late(request, scope, turns)
    if getattr(request, "htmx", None) and request.htmx.target == "late-now":  # type: ignore[attr-defined]
        return render(request, "commission/desk.html#late", words)
    found = overview(scope, chosen.trend, WEEKLY)
    words |= {
        "tiles": [*tiles(found.figures, chosen.query, found.weeks), *_standing_tiles(scope, chosen)],
        "drawings": _drawings(found.flows, scope.network),
        "largest": largest(found.flows, scope.network),
        "same": sum(one.count for one in found.flows if one.direction is Direction.SAME),
        "stuck": _stuck(turns, chosen),
        "reasons": _reasons(found.reasons, chosen.query),
        "charts": charts(found.weeks),
    }
    return render(request, "commission/desk.html", words)


def _late(request: PostRequest, scope: Scope, turns: Mapping[int, Standstill]) -> dict[str, object]:
    """What stands first and is asked for again every minute."""
    return {
        "late": present.together(turns.values()),
        "late_definition": definition_words(BY_CODE["overdue"]),
        "late_rows": overdue_rows(present.overdue_referrals(scope)[:SHOWN], scope.network.nodes),
        "escalated": escalated_unread(request),
    }


def escalated_unread(request: PostRequest) -> int:
    """About how many referrals escalations to this commission wait."""
    post = request.post
    return waiting_count(notices.inbox(request.user.pk, [(post.institution_id, post.department_id)]))


def largest(found: Sequence[Flow], snapshot: Snapshot, most: int = 12) -> list[tuple[Node, Node, Flow]]:
    """The fullest roads of the network, as the list beside the drawing."""
    nodes = snapshot.nodes
    return [(nodes[one.sender_id], nodes[one.receiver_id], one) for one in found[:most]]


def _standing_tiles(scope: Scope, chosen: Selection) -> list[Tile]:
    undelivered = Figure(BY_CODE["undelivered"], present.undelivered_notices(scope).count())
    return [
        tile(present.follow_up_figure(scope), chosen.query),
        tile(undelivered, chosen.query, tone="late" if undelivered.count else ""),
    ]


def _drawings(found: Sequence[Flow], snapshot: Snapshot) -> list[dict[str, object]]:
    """Up and down, each for a desk and for a phone."""
    return [
        {
            "direction": direction,
            "wide": drawing(graph(found, direction, snapshot), width=WIDE),
            "narrow": drawing(graph(found, direction, snapshot), width=NARROW),
        }
        for direction in (Direction.UP, Direction.DOWN)
    ]


def _stuck(turns: Mapping[int, Standstill], chosen: Selection) -> list[tuple[str, int, str]]:
    """Institutions on whose turn most is overdue, with the way to those referrals."""
    nodes, address = chosen.network.nodes, reverse("commission_list", args=["overdue"])
    late = sorted(turns.items(), key=lambda row: (-row[1].count, row[1].since))
    return [
        (short_name(nodes[house]), one.count, f"{address}?{chosen.query}&institution={nodes[house].code}")
        for house, one in late[:8]
    ]


def _reasons(found: Sequence[tuple[str, int]], query: str) -> list[tuple[str, int, str]]:
    address = reverse("commission_list", args=["refused"])
    return [(refusal_words(code), count, f"{address}?{query}&reason={code}") for code, count in found]
