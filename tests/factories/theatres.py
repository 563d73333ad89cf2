"""A county hospital's surgery with theatres and recovery places that it opened to who refers."""

from datetime import datetime

from fenji.apps.registry.models import Department
from fenji.apps.stays.models import Resource
from fenji.kernel.roles import Role
from fenji.kernel.stays import ResourceKind
from tests.apps.stays import ward
from tests.factories.world import World, person

HERNIA = "K40.9"
PROCEDURE = "腹股沟疝修补"


def make_theatres(world: World, at: datetime, *, pairs: int = 1, handed: bool = True) -> list[Resource]:
    """Of a new department of the county's hospital; its physician is `surgeon`."""
    where = Department.objects.create(institution=world.county, code="surgery", name="普通外科", specialty="04.01")
    world.departments["yx-renmin.surgery"] = where
    world.people["surgeon"] = person("surgeon", world.county, Role.PHYSICIAN, where)
    return [
        room
        for kind in (ResourceKind.THEATRE, ResourceKind.RECOVERY)
        for room in ward.beds(where, pairs, handed=handed, at=at, kind=kind, ward_code="OR", ward_name="手术室")
    ]


def form_for_surgery(world: World, **changes: object) -> dict[str, object]:
    """A referral for a hernia, written by the township's doctor."""
    hernia = {"diagnosis_code": HERNIA, "diagnosis_name": "腹股沟疝", "specialty": "04.01"}
    return world.form(**{**hernia, **changes})
