"""Where the stories take place: the small world of the tests, with people who have names and clinics with free places."""

from datetime import datetime, timedelta

from fenji.apps.accounts.models import User
from fenji.apps.booking.models import Place
from fenji.apps.registry.models import Institution
from fenji.apps.residents.models import CareRelationKind, Resident
from fenji.apps.residents.relations import open_relation
from tests.factories.world import World, make_places, make_resident, make_world

NAMES = {
    "doctor": "林国强", "nurse": "黄小燕", "head": "陈志明", "office": "梁美玲", "physician": "关永康",
    "tcm_office": "冯丽华", "city_office": "周建平", "city_physician": "何志远", "officer": "曾伟文", "patient": "陈小明",
}  # fmt: skip
# Roughly where the towns lie, so that the nearest hospital is the county's.
WHERE = {
    "yx-zhilong": (111.62, 21.76), "yx-renmin": (111.618, 21.752), "yx-zhongyi": (111.64, 21.74), "yj-renmin": (111.96, 21.87),
}  # fmt: skip
HISTORY = "血压控制不佳三个月，两次随访均高于 160/100，已用氨氯地平。"


def make_town(at: datetime) -> World:
    world = make_world(at)
    for username, name in NAMES.items():
        User.objects.filter(username=username).update(name=name)
        world.people[username].name = name
    for code, (longitude, latitude) in WHERE.items():
        Institution.objects.filter(code=code).update(longitude=longitude, latitude=latitude, phone="0662-5550100")
    return world


def neighbour(world: World, name: str) -> Resident:
    """Another resident whose family doctor sits in the township."""
    resident = make_resident(world.at, name=name)
    open_relation(
        resident.pk, institution_id=world.township.pk, kind=CareRelationKind.CONTRACT, cause_kind="contract",
        cause_id=name, at=world.at,
    )  # fmt: skip
    return resident


def clinic(world: World, *, house: str = "yx-renmin", days: int = 2, count: int = 3) -> list[Place]:
    """A morning clinic of heart medicine: places at 8:00, 8:15 and so on."""
    return make_places(world.departments[f"{house}.cardio"], world.at, days_ahead=days, count=count)


def at_eight(world: World, days: int) -> datetime:
    """Eight in the morning in Yangjiang; the stories begin at ten."""
    return world.at + timedelta(days=days, hours=-2)
