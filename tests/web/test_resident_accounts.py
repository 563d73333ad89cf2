"""The counter's page for a resident's account, and the resident's own page that ends it."""

import re

import pytest
from django.test import Client

from fenji.apps.accounts.models import User
from fenji.apps.common.clock import Frozen
from fenji.apps.residents.models import Resident, ResidentAccount
from tests.apps.residents.conftest import id_number, registered
from tests.factories.world import World, make_world
from tests.web.entrance import client_of, is_in, log_in, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(clock: Frozen) -> World:
    return make_world(clock.at)


@pytest.fixture
def li(world: World) -> Resident:
    return registered(world)


def form(resident: Resident, **changes: str) -> dict[str, str]:
    return {"what": "open", "open-tail": id_number()[-4:], "open-seen": "on", **changes}


def test_from_the_residents_page_to_a_first_login(world: World, li: Resident) -> None:
    nurse, address = client_of(world, "nurse"), f"/residents/{li.pk}/account/"
    assert address in text(nurse.get(f"/residents/{li.pk}/"))
    assert nurse.post(address, form(li)).status_code == 302
    page = text(nurse.get(address))
    found = re.search(r'<strong class="mono">([a-z2-9-]{19})</strong>', page)
    assert found and li.card_number in page
    assert found[1] not in text(nurse.get(address))  # shown once
    patient = Client()
    log_in(patient, li.card_number, found[1])
    assert patient.get("/me/")["Location"] == "/account/password/"  # a password of one's own comes first


@pytest.mark.parametrize("changes", [{"open-tail": "0000"}, {"open-seen": ""}])
def test_what_was_not_checked_opens_nothing(world: World, li: Resident, changes: dict[str, str]) -> None:
    answer = client_of(world, "nurse").post(f"/residents/{li.pk}/account/", form(li, **changes))
    assert answer.status_code == 422
    assert not User.objects.filter(username=li.card_number).exists()


@pytest.mark.parametrize("who", ["physician", "office", "officer", "patient"])
def test_who_is_at_no_counter_of_this_resident_finds_no_page(world: World, li: Resident, who: str) -> None:
    assert client_of(world, who).get(f"/residents/{li.pk}/account/").status_code == 404


def test_a_relative_is_let_in_and_shown_out(world: World, li: Resident) -> None:
    nurse, address = client_of(world, "nurse"), f"/residents/{li.pk}/account/"
    assert world.resident is not None
    User.objects.filter(pk=world.patient.pk).update(is_active=True)
    letting = {
        "what": "let", "let-holder_card": world.resident.card_number, "let-relation": "parent",
        "let-tail": id_number()[-4:], "let-seen": "on",
    }  # fmt: skip
    assert nurse.post(address, letting).status_code == 302
    son = client_of(world, "patient")
    assert li.name in text(son.get("/me/family/"))
    row = ResidentAccount.objects.get(resident=li)
    assert son.post(f"/account/residents/{row.pk}/end/").status_code == 302
    assert li.name not in text(son.get("/me/family/"))
    assert nurse.post(f"{address}{row.pk}/end/").status_code == 404  # it has ended


def test_a_resident_closes_the_own_account(world: World) -> None:
    patient = client_of(world, "patient")
    row = ResidentAccount.objects.get(user=world.patient)
    assert f"/account/residents/{row.pk}/end/" in text(patient.get("/account/"))
    assert patient.post(f"/account/residents/{row.pk}/end/")["Location"] == "/login/"
    assert not is_in(patient)
    world.patient.refresh_from_db()
    assert not world.patient.is_active


def test_nobody_ends_what_is_anothers(world: World, li: Resident) -> None:
    row = ResidentAccount.objects.get(user=world.patient)
    assert client_of(world, "office").post(f"/account/residents/{row.pk}/end/").status_code == 404
    assert client_of(world, "officer").post(f"/account/residents/{row.pk}/end/").status_code == 404
    world.patient.refresh_from_db()
    assert world.patient.is_active
