"""What a visit would cost, before it happens: for a resident at the counter, or for nobody in particular."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from fenji.apps.common import clock, rulebooks
from fenji.apps.common.errors import DomainError
from fenji.apps.payments import queries
from fenji.apps.payments.estimating import Estimate, estimate_basket
from fenji.apps.payments.explaining import grounded
from fenji.apps.payments.models import Item
from fenji.apps.payments.rules import pay_tier
from fenji.apps.registry.models import Institution
from fenji.apps.residents.models import Resident
from fenji.apps.residents.policies import READING_ROLES, Purpose
from fenji.apps.residents.relations import access_resident
from fenji.apps.residents.search import search
from fenji.kernel.payment.lines import ClassedLine
from fenji.kernel.roles import Role
from fenji.web.payments.estimate_form import MOST_ITEMS, EstimateForm, line_of
from fenji.web.payments.words import CLASSES, KINDS, STATES
from fenji.web.presenters.dates import local
from fenji.web.presenters.names import full_name
from fenji.web.roles import PostRequest, requires_role

COUNTER = (READING_ROLES - {Role.PROGRAM}) | {Role.INSURER}


@require_GET
@requires_role(*COUNTER)
def estimate(request: PostRequest) -> HttpResponse:
    """For nobody in particular; `who` looks for a resident among one's own, by name."""
    at, who = clock.now(), request.GET.get("who", "").strip()[:40]
    own = search(request.user, who, at).own if who and not any(sign.isdigit() for sign in who) else []
    return _page(request, None, at, {"who": who, "found": own, "may_choose": request.post.role != Role.INSURER})


@require_GET
@requires_role(*(COUNTER - {Role.INSURER}))
def estimate_for(request: PostRequest, resident_id: UUID) -> HttpResponse:
    """For a resident in one's care, at the end of the year so far; the reading is recorded."""
    at = clock.now()
    return _page(request, access_resident(request.user, resident_id, at=at, purpose=Purpose.CARE), at, {})


def _page(request: PostRequest, resident: Resident | None, at: datetime, more: dict[str, Any]) -> HttpResponse:
    asked = request.GET
    houses = [(one.code, full_name(one)) for one in queries.designated_institutions()]
    is_asked = "setting" in asked and not {"find", "add", "drop"} & set(asked)
    form = EstimateForm(asked, houses, anybody=resident is None, is_asked=is_asked)
    items = _items(request, at)
    outcome = _outcome(form, items, request, resident, at) if is_asked and form.is_valid() else {}
    day, looked_for = local(at).date(), asked.get("q", "").strip()[:40]
    shown = {
        **more, **outcome, "at": at, "resident": resident, "form": form, "q": looked_for,
        "offered": [(one, CLASSES[one.item_class]) for one in queries.items_named(looked_for, day)],
        "items": [
            (one, asked.get(f"quantity_{one.code}") or "1", asked.get(f"price_{one.code}") or "") for one in items
        ],
    }  # fmt: skip
    return render(request, "payments/estimate.html", shown, status=422 if form.errors else 200)


def _items(request: PostRequest, at: datetime) -> list[Item]:
    """The items chosen so far, the one just added, without the one just taken away."""
    codes = [*request.GET.getlist("item")[:MOST_ITEMS], request.GET.get("add", "")]
    wanted = [code for code in dict.fromkeys(codes) if code and code != request.GET.get("drop")]
    found = {one.code: one for one in queries.items_coded(wanted, local(at).date())}
    return [found[code] for code in wanted if code in found]


def _outcome(
    form: EstimateForm, items: list[Item], request: PostRequest, resident: Resident | None, at: datetime
) -> dict[str, Any]:
    try:
        tier = pay_tier(Institution.objects.get(code=form.cleaned_data["institution"]))
        basket = form.basket(tuple(line_of(one, request.GET, tier) for one in items))
        found, lines = estimate_basket(basket, resident or form.anybody(), at=at)
    except DomainError as fault:
        form.add_error(None, f"{fault.message}{fault.remedy}")
        return {}
    return _words(found, lines, at)


def _words(found: Estimate, lines: list[ClassedLine], at: datetime) -> dict[str, Any]:
    settled = found.settlement
    return {
        "estimate": settled,
        "further_cents": settled.catastrophic_cents + settled.assistance_cents + settled.care_cents,
        "state": STATES[found.referral_state],
        "steps": grounded(found.bill, settled, rulebooks.current(), local(at).date()),
        "lines": [(one, KINDS[one.line.kind.name.lower()], CLASSES[one.item_class]) for one in lines],
    }
