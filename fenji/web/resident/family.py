"""Those whose pages the account opens: the own, children, parents; one of them is shown at a time."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from fenji.apps.common.errors import NotFound
from fenji.apps.residents import queries
from fenji.web.resident.person import CHOSEN, ResidentRequest, for_resident

RELATIONS = {"self": _("本人"), "child": _("子女"), "parent": _("父母"), "spouse": _("配偶"), "other": _("其他家人")}


@for_resident
def family(request: ResidentRequest) -> HttpResponse:
    accounts = queries.residents_of_account(request.user, request.at)
    rows = [
        (
            account.resident.merged_into or account.resident,
            account.resident_id,
            RELATIONS.get(account.relation, ""),
            request.resident.pk in (account.resident_id, account.resident.merged_into_id),
        )
        for account in accounts
    ]
    return render(request, "resident/family.html", {"rows": rows, "at": request.at})


@require_POST
@for_resident
def choose(request: ResidentRequest, resident_id: UUID) -> HttpResponse:
    """Show this member of the family from now on."""
    accounts = queries.residents_of_account(request.user, request.at)
    if resident_id not in {account.resident_id for account in accounts}:
        raise NotFound
    request.session[CHOSEN] = str(resident_id)
    return redirect("my_now")
