"""The list behind a figure, without names: the referral's number, from where to where, state, waits, deadline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from fenji.apps.common import clock
from fenji.apps.common.errors import NotFound
from fenji.apps.indicators.behind import OverdueRows, Row, RowsBehind
from fenji.apps.indicators.definitions import BY_CODE, Definition, Unit
from fenji.apps.indicators.present import follow_ups_due, undelivered_notices
from fenji.apps.registry.snapshot import Node
from fenji.kernel.referral import REASONS
from fenji.kernel.roles import Role
from fenji.web.commission.selection import Selection, selection_from
from fenji.web.commission.tiles import definition_words
from fenji.web.presenters.deadlines import span_words
from fenji.web.presenters.names import short_name
from fenji.web.presenters.states import refusal_words
from fenji.web.roles import PostRequest, requires_role

PAGE_SIZE = 50


@dataclass(frozen=True)
class Asked:
    """What list an address asks for. `rest`: those of a share's base that do not meet it."""

    definition: Definition
    chosen: Selection
    institution: Node | None = None
    reason: str = ""
    rest: bool = False

    @property
    def title(self) -> str:
        name = str(self.definition.name)
        return _("%(name)s：其余") % {"name": name} if self.rest else name

    @property
    def about(self) -> str:
        """Period, place, and what else narrows the list."""
        parts = [self.chosen.words]
        parts += [short_name(self.institution)] if self.institution else []
        parts += [refusal_words(self.reason)] if self.reason else []
        return " · ".join(parts)

    @property
    def has_rest(self) -> bool:
        return self.definition.unit is Unit.SHARE and bool(self.definition.where)


def asked_for(request: PostRequest, code: str) -> Asked:
    """Raises NotFound for a figure or an institution that is not there, or not the reader's to see."""
    if code not in BY_CODE:
        raise NotFound
    chosen = selection_from(request.GET, region=request.post.institution.region_id, at=clock.now())
    named = request.GET.get("institution", "")
    institution = next((one for one in chosen.network.nodes.values() if one.code == named), None)
    if named and institution is None:
        raise NotFound
    reason = request.GET.get("reason", "")
    rest = bool(request.GET.get("rest")) and BY_CODE[code].unit is Unit.SHARE
    return Asked(BY_CODE[code], chosen, institution, reason if reason in REASONS["refuse"] else "", rest)


def found_by(asked: Asked) -> Sequence[Any]:
    """Rows, follow-ups or notices: anything a Paginator can take pages of."""
    house, scope = asked.institution.id if asked.institution else None, asked.chosen.scope
    if asked.definition.code == "overdue":
        return OverdueRows(scope, house)  # type: ignore[return-value]
    if asked.definition.code == "follow_ups":
        return follow_ups_due(scope).select_related("referral", "institution")  # type: ignore[return-value]
    if asked.definition.code == "undelivered":
        return undelivered_notices(scope)  # type: ignore[return-value]
    return RowsBehind(asked.definition, scope, rest=asked.rest, institution_id=house, reason=asked.reason)  # type: ignore[return-value]


@dataclass(frozen=True)
class Line:
    """A referral of the list with its waits in words."""

    row: Row
    answer: str
    arrival: str
    reason: str


def line(row: Row) -> Line:
    return Line(
        row,
        _span(row.put_at, row.answered_at),
        _span(row.sent_at, row.arrived_at),
        refusal_words(row.reason),
    )


def _span(start: datetime | None, end: datetime | None) -> str:
    return span_words(end - start) if start and end else "—"


@require_GET
@requires_role(Role.COMMISSION)
def behind(request: PostRequest, code: str) -> HttpResponse:
    asked = asked_for(request, code)
    number, found = request.GET.get("page", "1"), found_by(asked)
    if isinstance(found, RowsBehind):
        found.read(int(number) if number.isdecimal() and len(number) < 7 else 1, PAGE_SIZE)
    page = Paginator(found, PAGE_SIZE).get_page(number)
    words = {
        "at": asked.chosen.at,
        "asked": asked,
        "chosen": asked.chosen,
        "page": page,
        "is_whole": not asked.rest,
        "definition": definition_words(asked.definition),
    }
    if code == "follow_ups":
        return render(request, "commission/follow_ups.html", words)
    if code == "undelivered":
        nodes = asked.chosen.network.nodes
        lost = [(one, nodes.get(one.institution_id or 0)) for one in page.object_list]
        return render(request, "commission/undelivered.html", words | {"lost": lost})
    return render(request, "commission/list.html", words | {"lines": [line(row) for row in page.object_list]})
