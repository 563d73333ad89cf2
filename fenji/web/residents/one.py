"""One resident: who it is, whose resident, who may see, what goes on; numbers only on a click that is recorded."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.utils import timezone
from django.views.decorators.http import require_POST

from fenji.apps.common import clock
from fenji.apps.contracts import queries as contracts
from fenji.apps.residents import actions, duplicates, identity, policies, queries, relations
from fenji.apps.residents.policies import Purpose
from fenji.web.presenters.seers import seers
from fenji.web.referrals.of_resident import of_resident
from fenji.web.residents.guard import for_staff
from fenji.web.roles import PostRequest

FEMALE = 2


@for_staff
def show(request: PostRequest, resident_id: UUID, revealed: dict[str, str] | None = None) -> HttpResponse:
    at = clock.now()
    resident = relations.access_resident(request.user, resident_id, at=at, purpose=Purpose.CARE)
    if resident.pk != resident_id:
        return redirect("resident", resident.pk)  # the row was merged into this one
    shown = {
        "resident": resident,
        "at": at,
        "id_words": (revealed or {}).get("id") or identity.mask_id(identity.id_number(resident)),
        "phone_words": (revealed or {}).get("phone") or identity.mask_phone(identity.phone_number(resident)),
        "revealed": revealed or {},
        "footing": relations.relation_for(request.user, resident.pk, at),
        "contract": contracts.contract_on(resident.pk, timezone.localdate(at)),
        "seers": seers(queries.who_may_see(resident.pk, at)),
        "newborns": queries.newborns_of(resident),
        "pairs": [
            (pair, relations.relation_for(request.user, pair.other.pk, at) is not None)
            for pair in duplicates.duplicates_of(resident)[:3]
        ],
        "merges": queries.merges_of(resident.pk),
        "can_merge": policies.can_merge(request.posts),
        "is_nameless": not resident.is_verified,
        "opens_accounts": policies.can_open_account([request.post]),
        "may_be_mother": resident.sex == FEMALE,
        "referrals": of_resident(request.user, resident.pk, at),
        "referrals_template": _optional("referrals/_of_resident.html"),
        "referral_buttons": _optional("referrals/_buttons_of_resident.html"),
    }
    return render(request, "residents/show.html", shown)


@require_POST
@for_staff
def reveal(request: PostRequest, resident_id: UUID, what: str) -> HttpResponse:
    """The page with one number in the clear; asked for by POST, so that no address or history opens it again."""
    number = actions.reveal(resident_id, what=what, by=request.user)
    return show(request, resident_id, revealed={what: number})


def _optional(name: str) -> str:
    """The template's name if that part of the product is installed, else ""."""
    try:
        get_template(name)
    except TemplateDoesNotExist:
        return ""
    return name
