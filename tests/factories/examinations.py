"""What a county hospital examines, with a morning of times in its calendar."""

from datetime import datetime, timedelta

from fenji.apps.booking.models import ExamItem
from tests.apps.booking import clinic
from tests.factories.world import World


def make_examination(
    world: World, at: datetime, name: str = "腹部彩超", *, times: int = 2, days_ahead: int = 1, house: str = "yx-renmin"
) -> ExamItem:
    """Of the hospital's cardiology; its ten-minute times begin `days_ahead` whole days after `at`."""
    item = clinic.exam_item(world.departments[f"{house}.cardio"], name)
    if times:
        clinic.session(item.department, at + timedelta(days=days_ahead), places=times, item=item)
    return item
