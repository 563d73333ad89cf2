"""Reading the policy: all rules of a chapter on a day, and one rule with its whole history."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from fenji.apps.common import clock, policy_changes, rulebooks
from fenji.apps.common.errors import NotFound
from fenji.kernel.tiers import Basis
from fenji.rulebook.comparison import in_force, value_or_none
from fenji.rulebook.keys import CHAPTERS, KEYS
from fenji.rulebook.rulebook import Rulebook
from fenji.web.days import day_named
from fenji.web.policy.guard import is_reviewer, may_draft
from fenji.web.policy.presenter import Row, chapter_name, history_of, key_name, row_of
from fenji.web.presenters.basis import MARKS
from fenji.web.presenters.dates import local


@dataclass(frozen=True)
class Chapter:
    code: str
    name: str
    rows: tuple[Row, ...]


@require_GET
def policy(request: HttpRequest) -> HttpResponse:
    """The rules in force `on` a day: one chapter, or all that a search or a status finds."""
    at, rulebook = clock.now(), _rulebook()
    on = day_named(request.GET.get("on", "")) or local(at).date()  # rules reach back further than other pages
    rows = [row_of(rulebook, dated) for dated in in_force(rulebook, on)]
    asked, status = request.GET.get("q", "").strip(), request.GET.get("status", "")
    chapter = request.GET.get("chapter", "")
    if chapter not in CHAPTERS:
        chapter = "" if asked or status else next(iter(CHAPTERS))
    found = [row for row in rows if _is_meant(row, chapter, status, asked)]
    words = {
        "at": at,
        "on": on,
        "today": local(at).date(),
        "rulebook": rulebook,
        "chapters": _chapters(found),
        "tabs": [(code, chapter_name(code), _count(rows, code)) for code in CHAPTERS if _count(rows, code)],
        "chapter": chapter,
        "status": status,
        "asked": asked,
        "status_options": [(basis.value, mark.word) for basis, mark in MARKS.items()],
        "statuses": _statuses(rows),
        "sources": list(rulebook.sources.values()),
        "is_reviewer": is_reviewer(request),
    }
    return render(request, "policy/rules.html", words)


@require_GET
def rule(request: HttpRequest, key: str) -> HttpResponse:
    """One rule: what it says today, on what ground, who sees to it, what it said before and will say."""
    at, rulebook = clock.now(), _rulebook()
    if key not in KEYS:
        raise NotFound
    today = local(at).date()
    now = value_or_none(rulebook, key, today)
    words = {
        "at": at,
        "today": today,
        "key": key,
        "name": key_name(key),
        "chapter": chapter_name(key.split(".")[0]),
        "chapter_code": key.split(".")[0],
        "now": row_of(rulebook, now) if now else None,
        "history": history_of(rulebook, key),
        "changes": policy_changes.changes_of(key) if is_reviewer(request) else [],
        "may_draft": may_draft(request),
        "version": rulebook.hash,
    }
    return render(request, "policy/rule.html", words)


def _rulebook() -> Rulebook:
    try:
        return rulebooks.current()
    except LookupError:
        raise NotFound(_("还没有载入本市的政策。"), remedy=_("请系统管理员载入城市资料包。")) from None


def _chapters(rows: Iterable[Row]) -> list[Chapter]:
    held = tuple(rows)
    chapters = (
        Chapter(code, chapter_name(code), tuple(row for row in held if row.key.split(".")[0] == code))
        for code in CHAPTERS
    )
    return [chapter for chapter in chapters if chapter.rows]


def _is_meant(row: Row, chapter: str, status: str, asked: str) -> bool:
    said = (text for line in row.lines for text in (line.words, *line.parts))
    texts = (row.key, row.name, row.clause, row.source, *said)
    return (
        (not chapter or row.key.split(".")[0] == chapter)
        and (not status or row.status == status)
        and (not asked or any(asked.lower() in text.lower() for text in texts))
    )


def _count(rows: Iterable[Row], chapter: str) -> int:
    return sum(row.key.split(".")[0] == chapter for row in rows)


def _statuses(rows: Iterable[Row]) -> list[tuple[str, int]]:
    counted = Counter(row.status for row in rows)
    return [(basis.value, counted[basis.value]) for basis in Basis]
