"""The insurer's page: referrals by tier and direction, by number, of its region only."""

from datetime import timedelta

import pytest
from django.test import Client

from fenji.apps.common.clock import Frozen
from fenji.apps.common.models import AuditEvent
from fenji.apps.indicators.flows import flows
from fenji.apps.indicators.scope import Scope
from fenji.apps.registry.models import Region
from fenji.kernel.referral import Direction
from fenji.kernel.roles import Role
from fenji.kernel.tiers import Basis, Kind, Level, Tier
from fenji.web.insurer.desk import roads_between
from tests.factories.world import World, institution, person
from tests.web.commission_world import NAMES
from tests.web.entrance import client_of, text
from tests.web.test_commission import sheets

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(commission_world: World) -> World:
    return commission_world


@pytest.fixture
def insurer(world: World) -> Client:
    return client_of(world, "insurer")


def test_the_page_counts_and_names_nobody(insurer: Client) -> None:
    page = text(insurer.get("/insurer/"))
    assert "本市转诊告知医保经办" in page  # the rulebook's step, with its clause
    assert "Y 二(七)2" in page
    assert [name for name in NAMES if name in page] == []
    assert "style=" not in page


@pytest.mark.parametrize(("direction", "count"), [("up", 5), ("down", 1), ("same", 0), ("nonsense", 5)])
def test_the_list_is_of_one_direction(insurer: Client, direction: str, count: int) -> None:
    page = text(insurer.get(f"/insurer/?direction={direction}"))
    rows = page[page.index('id="list"') :]
    assert rows.count('<th scope="row">') == count


def test_roads_say_between_which_tiers_and_who_left_the_county(world: World, clock: Frozen) -> None:
    scope = Scope(clock.at - timedelta(days=28), clock.at, clock.at)
    roads = roads_between(flows(scope), scope.network)
    assert [(road.direction, road.sender, road.receiver, road.count, road.left_county) for road in roads] == [
        (Direction.UP, Tier.TOWNSHIP, Tier.COUNTY, 4, 0),
        (Direction.UP, Tier.TOWNSHIP, Tier.CITY, 1, 1),
        (Direction.DOWN, Tier.COUNTY, Tier.TOWNSHIP, 1, 0),
    ]


def test_the_workbook_has_the_list_and_is_audited(world: World, insurer: Client) -> None:
    rows, _notes = sheets(insurer.get("/insurer/export/?direction=up").content)
    assert len(rows) == 6
    assert [name for name in NAMES if name in str(rows)] == []
    event = AuditEvent.objects.get(verb="export.indicators")
    assert (event.actor_id, event.details["rows"]) == (world.people["insurer"].pk, 5)


def test_an_insurer_of_another_county_sees_none_of_it(world: World) -> None:
    other = Region.objects.get(code="441781")
    house = institution("yc-yibao", "阳春市社保局", Kind.INSURER, Tier.COUNTY, Level.NONE, other)
    world.people["other_insurer"] = person("other_insurer", house, Role.INSURER)
    page = text(client_of(world, "other_insurer").get("/insurer/"))
    assert '<th scope="row">' not in page
    assert Basis.ASSUMED.value in page  # that the step is our assumption stays said


@pytest.mark.parametrize("who", ["officer", "doctor", "patient"])
def test_only_the_insurer_comes_in(world: World, who: str) -> None:
    client = client_of(world, who)
    assert [client.get(path).status_code for path in ("/insurer/", "/insurer/export/")] == [404, 404]
