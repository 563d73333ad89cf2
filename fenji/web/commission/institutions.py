"""The table of institutions: published figures (E8) and where the rules were not kept; each number is a list."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from fenji.apps.common import clock
from fenji.apps.indicators.definitions import BY_CODE, Unit
from fenji.apps.indicators.institutions import InstitutionRow, figures_by_institution
from fenji.kernel.roles import Role
from fenji.web.commission.selection import Selection, selection_from
from fenji.web.commission.tiles import definition_words, number_words
from fenji.web.presenters.names import region_name
from fenji.web.roles import PostRequest, requires_role

# Columns in reading order: sent, received and answered, not kept, standing still.
COLUMNS = (
    "sent_up", "sent_down", "received_up", "received_down", "accepted", "refused", "on_time", "to_answer",
    "answered_late", "unanswered", "skipped_tier", "below_level", "overdue",
)  # fmt: skip
NOT_KEPT = frozenset({"answered_late", "unanswered", "skipped_tier", "below_level", "overdue"})
SPARKED = frozenset({"sent_up", "received_up", "on_time"})  # numbers that get a bar


@dataclass(frozen=True)
class Head:
    """A column's head; `href` sorts by it, the other way round when it is sorted already."""

    code: str
    words: str | Promise
    definition: str
    href: str
    sorted: str = ""  # aria-sort


@dataclass(frozen=True)
class Cell:
    code: str
    words: str  # the column's name, for a phone
    number: str
    href: str
    is_bad: bool
    permille: int | None = None  # length of its bar


@dataclass(frozen=True)
class Line:
    row: InstitutionRow
    county: str
    cells: tuple[Cell, ...]


@require_GET
@requires_role(Role.COMMISSION)
def institutions(request: PostRequest) -> HttpResponse:
    at = clock.now()
    chosen = selection_from(request.GET, region=request.post.institution.region_id, at=at)
    rows = figures_by_institution(chosen.scope)
    shown = sorted_rows(rows if request.GET.get("all") else [row for row in rows if row.is_active], request.GET)
    words = {
        "at": at,
        "chosen": chosen,
        "heads": _heads(request.GET),
        "lines": lines(shown, chosen),
        "quiet": sum(not row.is_active for row in rows),
        "all": bool(request.GET.get("all")),
    }
    return render(request, "commission/institutions.html", words)


def sorted_rows(rows: list[InstitutionRow], query: QueryDict) -> list[InstitutionRow]:
    """By `sort`, a column's code, largest first, or with a minus smallest first; nothing measured comes last."""
    asked = query.get("sort", "")
    code = asked.lstrip("-")
    if code == "name":
        return sorted(rows, key=lambda row: row.institution.name_pinyin, reverse=asked.startswith("-"))
    if code not in COLUMNS:
        return rows
    measured = [row for row in rows if value_of(row, code) is not None]
    measured.sort(key=lambda row: value_of(row, code) or 0, reverse=not asked.startswith("-"))
    return measured + [row for row in rows if value_of(row, code) is None]


def lines(rows: list[InstitutionRow], chosen: Selection) -> list[Line]:
    longest = {code: max((value_of(row, code) or 0 for row in rows), default=0) for code in SPARKED}
    return [
        Line(
            row,
            region_name(chosen.network, row.institution.county),
            tuple(_cell(row, code, chosen, longest) for code in COLUMNS),
        )
        for row in rows
    ]


def number_of(row: InstitutionRow, code: str) -> str:
    """A cell in words, as the page and the export show it."""
    return str(row.overdue) if code == "overdue" else number_words(row.figures[code])


def value_of(row: InstitutionRow, code: str) -> float | None:
    """What a column sorts by; None where nothing was measured."""
    return row.overdue if code == "overdue" else row.figures[code].value


def _cell(row: InstitutionRow, code: str, chosen: Selection, longest: dict[str, float]) -> Cell:
    value, definition = value_of(row, code), BY_CODE[code]
    address = f"{reverse('commission_list', args=[code])}?{chosen.query}&institution={row.institution.code}"
    has_list = bool(value) and (definition.unit is Unit.COUNT or row.figures[code].count)
    length = None
    if code in SPARKED and value is not None:
        top = 1000 if definition.unit is Unit.SHARE else longest[code]
        length = round(1000 * value / top) if top else 0
    is_bad = code in NOT_KEPT and bool(value)
    return Cell(code, str(definition.name), number_of(row, code), address if has_list else "", is_bad, length)


def _heads(query: QueryDict) -> list[Head]:
    now = query.get("sort", "")
    return [_head("name", _("机构"), "", query, now)] + [
        _head(code, str(BY_CODE[code].name), definition_words(BY_CODE[code]), query, now) for code in COLUMNS
    ]


def _head(code: str, words: str | Promise, definition: str, query: QueryDict, now: str) -> Head:
    kept = {name: value for name, value in query.items() if name != "sort"}
    wanted = f"-{code}" if now == code else code
    order = {code: "descending", f"-{code}": "ascending"}.get(now, "")
    if code == "name" and order:
        order = "ascending" if order == "descending" else "descending"
    return Head(code, words, definition, f"?{urlencode(kept | {'sort': wanted})}", order)
