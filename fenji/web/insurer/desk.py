"""Referrals of the insurer's region: between which tiers, how many left their county, and the list by number."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from fenji.apps.common import clock, rulebooks
from fenji.apps.indicators.actions import note_export
from fenji.apps.indicators.behind import Row, RowsBehind
from fenji.apps.indicators.definitions import BY_CODE, SENT
from fenji.apps.indicators.figures import figures, figures_by_week
from fenji.apps.indicators.flows import Flow, flows
from fenji.apps.notices.queries import inbox
from fenji.apps.registry.posts import desks_of
from fenji.apps.registry.snapshot import Snapshot
from fenji.exchange.sheet_writing import workbook
from fenji.kernel.referral import Direction
from fenji.kernel.roles import Role
from fenji.kernel.tiers import Tier
from fenji.web.commission.exports import ROW_HEADER, as_file, list_row
from fenji.web.commission.selection import selection_from
from fenji.web.commission.tiles import definition_words, tile
from fenji.web.presenters.dates import local
from fenji.web.presenters.states import direction_mark
from fenji.web.roles import PostRequest, requires_role

PAGE_SIZE, MOST, TOLD = 50, 100_000, 10
STEP = {"none": _("本市转诊不经医保经办"), "notice": _("本市转诊告知医保经办"), "filing": _("本市转诊报医保经办备案")}

LEFT = _("转出机构与接收机构不在同一县区的转诊单；市级机构不算在任何县区内。依据：Y 一(二)。")


@dataclass(frozen=True)
class Road:
    """Referrals from one tier to another."""

    direction: Direction
    sender: Tier
    receiver: Tier
    count: int
    left_county: int


@require_GET
@requires_role(Role.INSURER)
def insurer(request: PostRequest) -> HttpResponse:
    at = clock.now()
    chosen = selection_from(request.GET, region=request.post.institution.region_id, at=at)
    direction = _direction(request)
    found, weeks = flows(chosen.scope), list(figures_by_week(chosen.trend, SENT).values())
    counted = figures(chosen.scope)
    roads = roads_between(found, chosen.network)
    step = rulebooks.current().value("referral.insurer_step", on=local(at).date())
    rows = RowsBehind(BY_CODE[f"sent_{direction}"], chosen.scope)
    page: Page[Row] = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))  # type: ignore[arg-type]
    words = {
        "at": at,
        "chosen": chosen,
        "tiles": [tile(counted[one.code], chosen.query, weeks=weeks) for one in SENT],
        "left_county": sum(road.left_county for road in roads),
        "total": sum(road.count for road in roads),
        "left_definition": LEFT,
        "roads": roads,
        "step": STEP[step.value],
        "step_clause": rulebooks.current().clause_of(step),
        "told": list(inbox(request.user.pk, desks_of(request.post))[:TOLD]),
        "direction": direction,
        "tabs": [(one.value, direction_mark(one).word, counted[f"sent_{one.value}"].count) for one in Direction],
        "page": page,
    }
    return render(request, "insurer/desk.html", words)


@require_GET
@requires_role(Role.INSURER)
def export(request: PostRequest) -> HttpResponse:
    """The list of one direction as a workbook; audited."""
    chosen = selection_from(request.GET, region=request.post.institution.region_id, at=clock.now())
    one = BY_CODE[f"sent_{_direction(request)}"]
    rows = [list_row(row) for row in RowsBehind(one, chosen.scope)[0:MOST]]
    note_export(
        one.code, rows=len(rows), period=chosen.words, by=request.user, institution_id=request.post.institution_id,
        at=chosen.at,
    )  # fmt: skip
    notes = [chosen.words, definition_words(one)]
    return as_file(
        f"{one.code}-{chosen.first}-{chosen.last}",
        workbook(str(one.name), [str(words) for words in ROW_HEADER], rows, notes=notes),
    )


def roads_between(found: Iterable[Flow], snapshot: Snapshot) -> list[Road]:
    """Counts by direction and by the tiers of both ends, with how many ended in another county than they began."""
    counts: dict[tuple[Direction, Tier, Tier], list[int]] = defaultdict(lambda: [0, 0])
    for one in found:
        sender, receiver = snapshot.nodes[one.sender_id], snapshot.nodes[one.receiver_id]
        both = counts[one.direction, sender.tier, receiver.tier]
        both[0] += one.count
        both[1] += one.count if sender.county != receiver.county else 0
    order = list(Direction)
    keys = sorted(counts, key=lambda key: (order.index(key[0]), key[1], key[2]))
    return [Road(*key, *counts[key]) for key in keys]


def _direction(request: PostRequest) -> str:
    asked = request.GET.get("direction", "")
    return asked if asked in set(Direction) else Direction.UP.value
