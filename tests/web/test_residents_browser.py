"""The registry's and the resident's pages in a browser: clean for eye, keyboard and reader at desk and phone width."""

from datetime import date
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page

from fenji.apps.common.clock import Frozen
from fenji.apps.contracts.actions import sign
from fenji.apps.registry.models import Region
from fenji.apps.residents import actions, proofs, relations
from fenji.apps.residents.models import ResidentAccount
from fenji.apps.residents.policies import Purpose
from tests.apps.residents.conftest import id_number, registered
from tests.factories.world import World, make_world, resident_id
from tests.web.looking import look
from tests.web.test_residents import WHY, client_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NUMBERS = [id_number(date(1950 + row * 7, 1 + row, 3), 201 + row) for row in range(6)]


@pytest.fixture
def world(transactional_db: None, clock: Frozen) -> World:
    """A village of a few people: a mother, her newborn, a visitor who may be registered twice, an unknown patient."""
    world = make_world(clock.at)
    Region.objects.create(code="441721101", name="织篢镇", parent=world.region, basis="stated")
    assert world.team is not None
    names = ["单大山", "王小兰", "欧阳修文", "何家俊", "冯玉珍", "林阿妹"]
    people = [
        registered(world, name=name, id_number=NUMBERS[row], town_code="441721101") for row, name in enumerate(names)
    ]
    year = {"valid_from": date(2026, 3, 4), "valid_until": date(2027, 3, 4)}
    for person in people[:4]:
        sign(person.pk, world.team.pk, by=world.doctor, at=clock.at, **year)
    mother_id = people[1].pk
    registered(world, id_kind="mother", id_number="", name="", sex=2, birth_date=date(2026, 3, 1), mother_id=mother_id)
    registered(world, name="何佳俊", id_kind="passport", id_number="E12345678", sex=1, birth_date=people[3].birth_date)
    unknown = registered(world, id_kind="unknown", id_number="", name="", phone="")
    actions.merge(kept_id=people[0].pk, merged_id=unknown.pk, reason=WHY, by=world.head)
    world.people["known"], world.people["mother"] = people[3], people[1]  # type: ignore[assignment]
    return world


def enter(page: Page, live_server: Any, world: World, who: str) -> list[str]:
    """Log in by cookie; returns the list to which errors on the console will be added."""
    cookie = client_of(world, who).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    return problems


def test_the_registry_is_accessible_and_fits(page: Page, live_server: Any, world: World) -> None:
    problems = enter(page, live_server, world, "head")
    known, mother = world.people["known"], world.people["mother"]
    addresses = [
        "/residents/", "/residents/new/", "/residents/new/mainland/", "/residents/new/unknown/",
        f"/residents/new/mother/?mother={mother.pk}", f"/residents/{known.pk}/", f"/residents/{known.pk}/correct/",
        "/residents/duplicates/",
    ]  # fmt: skip
    for address in addresses:
        page.goto(f"{live_server.url}{address}")
        look(page)
    page.get_by_role("link", name="并排核对").click()
    look(page)
    assert problems == []


def test_a_stranger_is_found_by_card_and_seen_after_the_visit_begins(
    page: Page, live_server: Any, world: World
) -> None:
    problems = enter(page, live_server, world, "physician")
    page.goto(f"{live_server.url}/residents/")
    look(page)
    page.get_by_role("searchbox").fill(world.people["known"].card_number)  # type: ignore[attr-defined]
    page.get_by_role("button", name="查找").click()
    look(page)
    page.get_by_role("button", name="病人在场，开始就诊").click()
    assert "何家俊" in page.inner_text("h1")
    look(page)
    page.get_by_role("button", name="显示 证件号码").click()
    assert NUMBERS[3] in page.inner_text("main")
    proof = proofs.make(resident_id(world), world.physician, world.at)
    page.goto(f"{live_server.url}/residents/emergency/{proof}/")
    look(page)
    assert problems == []


def test_the_residents_own_pages_are_accessible_and_fit(page: Page, live_server: Any, world: World) -> None:
    relations.emergency_access(world.physician, resident_id(world), "昏迷送入抢救室，需查过敏史")
    relations.access_resident(world.nurse, resident_id(world), at=world.at, purpose=Purpose.CARE)
    child = world.people["known"]
    ResidentAccount.objects.create(user=world.patient, resident_id=child.pk, relation="child", from_at=world.at)
    problems = enter(page, live_server, world, "patient")
    for address in ("/me/", "/me/card/", "/me/seen/", "/me/family/"):
        page.goto(f"{live_server.url}{address}")
        look(page)
    page.goto(f"{live_server.url}/me/card/")
    page.get_by_role("button", name="换成大字").click()
    look(page)
    assert problems == []
