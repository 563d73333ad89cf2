"""People and programs: find, open an account, look at one."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from fenji.apps.accounts import actions, lockout, queries, second_factor
from fenji.apps.accounts.models import User
from fenji.apps.common import clock
from fenji.apps.common.errors import Invalid
from fenji.apps.registry.posts import posts_of
from fenji.kernel.roles import Office
from fenji.web.administration.acts import acts_for
from fenji.web.administration.forms import PersonForm, PostForm, TokenForm
from fenji.web.administration.secrets import show_once, shown_once
from fenji.web.posting import show_faults
from fenji.web.presenters.dates import local
from fenji.web.presenters.people import masked_name
from fenji.web.roles import PersonRequest, requires_office

A_PAGE = 50


@requires_office(Office.SECURITY)
def people(request: PersonRequest) -> HttpResponse:
    words = request.GET.get("q", "")
    page = Paginator(queries.people(words, by=request.user), A_PAGE).get_page(request.GET.get("page"))
    today = local(clock.now()).date()
    rows = [(user, name_shown(user), [] if user.office else posts_of(user, today)) for user in page]
    return render(request, "administration/people.html", {"page": page, "rows": rows, "words": words})


@requires_office(Office.SECURITY)
def create(request: PersonRequest) -> HttpResponse:
    """A person gets a temporary password, shown once; a program gets none."""
    form = PersonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            user = _create(request, form.cleaned_data)
        except Invalid as error:
            show_faults(form, error)
        else:
            return redirect("administration_person", user.pk)
    return render(request, "administration/create.html", {"form": form}, status=422 if form.errors else 200)


@requires_office(Office.SECURITY)
def person(request: PersonRequest, user_id: int) -> HttpResponse:
    return person_page(request, queries.person(user_id, by=request.user))


def person_page(request: HttpRequest, user: User, *, status: int = 200, **forms: Any) -> HttpResponse:
    """One account; the other modules come back to it with a form that has errors."""
    at = clock.now()
    shown = {
        "person": user,
        "name": name_shown(user),
        "at": at,
        "posts": posts_of(user, local(at).date()),
        "tokens": queries.tokens_of(user, by=request.user) if user.is_program else [],  # type: ignore[arg-type]
        "acts": acts_for(user, by=request.user),  # type: ignore[arg-type]
        "is_self": user.pk == request.user.pk,
        "is_locked": lockout.is_locked(user),
        "is_enrolled": second_factor.is_enrolled(user),
        "once": shown_once(request, user),
        "post_form": PostForm(),
        "token_form": TokenForm(),
        **forms,
    }
    return render(request, "administration/person.html", shown, status=status)


def name_shown(user: User) -> str:
    """Administrators see no patients: of a resident's own account only the ends of the name."""
    return masked_name(user.name) if queries.is_residents_only(user) else user.name


def _create(request: PersonRequest, given: dict[str, Any]) -> User:
    if given.pop("is_program"):
        return actions.create_program(username=given["username"], name=given["name"], by=request.user)
    user, password = actions.create_person(**given, by=request.user)
    show_once(request, user, _("临时密码"), password)
    return user
