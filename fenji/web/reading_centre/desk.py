"""One's centre: telephones and who answers them, hours, colleagues, and what the department was told."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from fenji.apps.accounts.models import User
from fenji.apps.common import clock, rulebooks
from fenji.apps.notices import queries as notices
from fenji.apps.registry.models import Department
from fenji.apps.registry.posts import duty_phone, on_duty, people_at
from fenji.kernel.roles import Role
from fenji.web.presenters.dates import local
from fenji.web.roles import PostRequest, requires_role

RECENT = 20  # notices


@dataclass(frozen=True)
class Telephone:
    """A unit that can be called now; `person` is None where the rota has a gap."""

    unit: Department
    number: str
    person: User | None


@require_GET
@requires_role(Role.READER)
def reading_centre(request: PostRequest) -> HttpResponse:
    at, post = clock.now(), request.post
    day = local(at).date()
    colleagues = people_at(post.institution_id, day, roles=[Role.READER], department_id=post.department_id)
    words = {
        "at": at,
        "centre": post.institution,
        "unit": post.department,
        "telephones": _telephones(request),
        "hours": [(f"{opens:%H:%M}", f"{closes:%H:%M}") for opens, closes in rulebooks.current().working_hours(day)],
        "colleagues": colleagues.exclude(pk=request.user.pk),
        "told": notices.inbox(request.user.pk, [(post.institution_id, post.department_id)])[:RECENT],
    }
    return render(request, "reading_centre/desk.html", words)


def _telephones(request: PostRequest) -> list[Telephone]:
    """The own department first, then the house's coordination office."""
    at, post = clock.now(), request.post
    offices = Department.objects.filter(institution=post.institution_id, is_office=True).select_related("institution")
    units = [*([post.department] if post.department else []), *offices]
    return [Telephone(unit, number, on_duty(unit, at)) for unit in units if (number := duty_phone(unit))]
