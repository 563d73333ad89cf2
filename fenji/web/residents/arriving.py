"""A stranger found by what the patient shows: begin a visit, or read in an emergency with a reason."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from fenji.apps.common import clock
from fenji.apps.common.errors import Invalid
from fenji.apps.residents import policies, proofs, queries, relations
from fenji.kernel.roles import CLINICAL
from fenji.web.posting import once, show_faults
from fenji.web.residents.forms import ReasonForm
from fenji.web.residents.guard import for_staff
from fenji.web.roles import PostRequest, requires_role


@require_POST
@for_staff
def visit(request: PostRequest) -> HttpResponse:
    """The patient is here: open the visit and the resident's page."""

    def perform() -> str:
        proof = request.POST.get("proof", "")
        relation = relations.start_visit(proof, by=request.user, institution_id=request.post.institution_id)
        return reverse("resident", args=[relation.resident_id])

    return once(request, perform)


@requires_role(*CLINICAL)
def emergency(request: PostRequest, proof: str) -> HttpResponse:
    """Ask for the reason, say who will be told, then open the resident's page for three hours."""
    at = clock.now()
    resident = queries.resolve(proofs.read(proof, request.user, at))
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            relations.emergency_access(request.user, resident.pk, form.cleaned_data["reason"])
        except Invalid as fault:
            show_faults(form, fault)
        else:
            messages.warning(request, _("紧急查阅已开启，三小时后自动关闭；本次查阅将由审计员复核。"))
            return redirect("resident", resident.pk)
    shown = {"resident": resident, "form": form, "at": at, "hours": policies.EMERGENCY_LASTS.seconds // 3600}
    return render(request, "residents/emergency.html", shown, status=422 if form.errors else 200)
