"""The guards of pages, and the desk where each role begins."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from fenji.apps.accounts.models import User
from fenji.apps.common.clock import Frozen
from fenji.apps.common.errors import NotFound
from fenji.apps.registry.models import Institution, Membership
from fenji.kernel.roles import Office, Role
from fenji.web.roles import PersonRequest, PostRequest, desk_of, requires_login, requires_office, requires_role
from tests.factories.world import make_world


@requires_role(Role.NURSE, Role.FAMILY_DOCTOR)
def for_primary(request: PostRequest) -> HttpResponse:
    return HttpResponse(request.post.role)


@requires_role()
def for_any_post(request: PostRequest) -> HttpResponse:
    return HttpResponse("in")


@requires_office(Office.AUDIT)
def for_audit(request: PersonRequest) -> HttpResponse:
    return HttpResponse("in")


@requires_login
def for_anyone(request: PersonRequest) -> HttpResponse:
    return HttpResponse("in")


def asking(user: Any, role: Role | None = None) -> HttpRequest:
    request = RequestFactory().get("/somewhere/?a=1")
    request.user = user
    request.post = Membership(role=role.value, institution=Institution()) if role else None  # type: ignore[attr-defined]
    return request


@pytest.mark.parametrize("role", [None, *Role])
def test_a_page_of_roles_opens_to_them_and_is_not_there_for_others(role: Role | None) -> None:
    request = asking(User(pk=1), role)
    if role in {Role.NURSE, Role.FAMILY_DOCTOR}:
        assert for_primary(request).content.decode() == role
    else:
        with pytest.raises(NotFound):
            for_primary(request)


def test_a_page_for_any_post_is_not_there_for_residents_and_administrators() -> None:
    assert for_any_post(asking(User(pk=1), Role.READER)).content == b"in"
    for user in (User(pk=1), User(pk=2, office="system")):
        with pytest.raises(NotFound):
            for_any_post(asking(user))


@pytest.mark.parametrize("office", list(Office))
def test_a_page_of_an_office_opens_to_it_alone(office: Office) -> None:
    request = asking(User(pk=1, office=office.value))
    if office is Office.AUDIT:
        assert for_audit(request).content == b"in"
    else:
        with pytest.raises(NotFound):
            for_audit(request)


@pytest.mark.parametrize("page", [for_primary, for_any_post, for_audit, for_anyone])
def test_a_stranger_is_sent_to_the_login_and_back(page: Any) -> None:
    answer = page(asking(AnonymousUser()))
    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=/somewhere/%3Fa%3D1")


def test_every_role_has_a_desk_that_exists() -> None:
    for role in Role:
        assert reverse(desk_of(Membership(role=role.value)))


@pytest.mark.django_db
def test_changing_the_post_leads_to_its_desk(client: Client, clock: Frozen) -> None:
    from fenji.apps.registry.actions import give_post

    world = make_world(clock.at)
    post = give_post(world.doctor, world.county, Role.REFERRAL_OFFICE, by=None)
    client.force_login(world.doctor)
    answer = client.post("/account/post/", {"post": post.pk})
    assert answer["Location"] == reverse(desk_of(post))
    assert client.get(answer["Location"]).status_code == 200
