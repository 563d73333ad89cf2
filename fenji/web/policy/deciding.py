"""The drafts: what would change, what it would have cost last month, and the second person's decision."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from fenji.apps.common import clock, policy_changes, rulebooks
from fenji.apps.common.models import PolicyChange
from fenji.rulebook.loophole_words import loophole_words, new_loopholes
from fenji.rulebook.rulebook import Rulebook
from fenji.web.policy.effect import effect_of
from fenji.web.policy.guard import for_reviewers, may_draft, officer_of
from fenji.web.policy.presenter import history_of, is_english, key_name, value_lines
from fenji.web.posting import once
from fenji.web.presenters.dates import local
from fenji.web.roles import PostRequest

State = PolicyChange.State


@require_GET
@for_reviewers
def changes(request: PostRequest) -> HttpResponse:
    rows = [(one, key_name(one.key), value_lines(one.key, one.value)) for one in policy_changes.changes()]
    return render(request, "policy/changes.html", {"at": clock.now(), "rows": rows})


@require_GET
@for_reviewers
def change(request: PostRequest, change_id: int) -> HttpResponse:
    """A draft beside what holds now; while it waits, what it would have altered on last month's bills."""
    at, found, before = clock.now(), policy_changes.change_named(change_id), rulebooks.current()
    waits = found.state == State.WAITING
    would = policy_changes.after(found, before)
    is_own = found.drafted_by_id == request.user.pk
    words = {
        "at": at,
        "today": local(at).date(),
        "change": found,
        "name": key_name(found.key),
        "lines": value_lines(found.key, found.value),
        "before": history_of(before, found.key),
        "after": history_of(would, found.key) if waits else (),
        "effect": effect_of(found, before, at=at) if waits else None,
        "loopholes": _loopholes(found, before, would) if waits else [],
        "seen": before.hash,
        "may_decide": waits and not is_own and may_draft(request),
        "may_withdraw": waits and is_own and may_draft(request),
    }
    return render(request, "policy/change.html", words)


def _loopholes(change: PolicyChange, before: Rulebook, would: Rulebook) -> list[str]:
    """What the change would newly reward and should not: splitting a bill, skipping the referral, going higher."""
    if not change.key.startswith("payment."):
        return []
    found = new_loopholes(before, would, change.from_on)
    return [loophole_words(one, english=is_english()) for one in found]


@require_POST
@for_reviewers
def approve(request: PostRequest, change_id: int) -> HttpResponse:
    seen, note = request.POST.get("seen", ""), request.POST.get("note", "")
    return _decide(
        request, change_id, lambda: policy_changes.approve(change_id, by=officer_of(request), seen=seen, note=note),
        _("已批准，到日子自动生效。"),
    )  # fmt: skip


@require_POST
@for_reviewers
def refuse(request: PostRequest, change_id: int) -> HttpResponse:
    note = request.POST.get("note", "")
    return _decide(
        request, change_id, lambda: policy_changes.refuse(change_id, by=officer_of(request), note=note), _("未批准。")
    )


@require_POST
@for_reviewers
def withdraw(request: PostRequest, change_id: int) -> HttpResponse:
    return _decide(
        request, change_id, lambda: policy_changes.withdraw(change_id, by=officer_of(request)), _("已撤回。")
    )


def _decide(request: PostRequest, change_id: int, act: Callable[[], PolicyChange], done: str) -> HttpResponse:
    def perform() -> str:
        act()
        messages.success(request, done)
        return reverse("policy_change", args=[change_id])

    return once(request, perform)
