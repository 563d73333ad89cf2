"""Posts given and ended by the security administrator."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from fenji.apps.accounts import queries
from fenji.apps.common import clock
from fenji.apps.common.errors import DomainError, Invalid
from fenji.apps.registry import actions as registry
from fenji.apps.registry import queries as network
from fenji.apps.registry.models import Department, Institution
from fenji.kernel.roles import Office
from fenji.web.administration.forms import PostForm
from fenji.web.administration.people import person_page
from fenji.web.posting import show_faults
from fenji.web.presenters.dates import local
from fenji.web.roles import PersonRequest, requires_office


@require_POST
@requires_office(Office.SECURITY)
def give(request: PersonRequest, user_id: int) -> HttpResponse:
    user, form = queries.person(user_id, by=request.user), PostForm(request.POST)
    if form.is_valid():
        try:
            institution = network.institution_named(form.cleaned_data["institution"])
            registry.give_post(
                user,
                institution,
                form.cleaned_data["role"],
                department=_department(institution, form.cleaned_data["department"]),
                by=request.user,
            )
        except DomainError as error:
            show_faults(form, error)
        else:
            messages.success(request, _("岗位已授予。"))
            return redirect("administration_person", user_id)
    return person_page(request, user, status=422, post_form=form)


@require_POST
@requires_office(Office.SECURITY)
def end(request: PersonRequest, post_id: int) -> HttpResponse:
    post = registry.end_post(post_id, by=request.user)
    messages.success(request, _("岗位已结束。"))
    return redirect("administration_person", post.user_id)


def _department(institution: Institution, code: str) -> Department | None:
    """The department by its code or name; raises Invalid for one the institution does not have."""
    code = code.strip()
    if not code:
        return None
    departments = network.departments_of(institution, local(clock.now()).date())
    found = next((department for department in departments if code in (department.code, department.name)), None)
    if found is None:
        raise Invalid(fields={"department": _("该机构没有这个科室。")})
    return found
