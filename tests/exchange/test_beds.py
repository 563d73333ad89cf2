"""A table of beds: entered once, changed by its code, handed over and back."""

from fenji.apps.accounts.models import User
from fenji.apps.common.clock import Frozen
from fenji.apps.stays.models import HandOver, Resource
from fenji.exchange import actions
from tests.exchange.conftest import sheet_csv
from tests.factories.world import World

HEAD = ("机构", "科室代码", "病区代码", "病区名称", "病区收治", "类别", "编号", "隔离", "交平台安排")


def load(system: User, *rows: tuple[str, ...]) -> tuple[str, int]:
    upload = actions.receive("beds", name="beds.csv", content=sheet_csv(HEAD, *rows), by=system)
    upload = actions.confirm(upload.pk, by=system)
    return upload.state, upload.new


def row(code: str, handed: str = "是", kind: str = "床位", sex: str = "女") -> tuple[str, ...]:
    return ("yx-renmin", "cardio", "W1", "心内一病区", sex, kind, code, "否", handed)


def test_a_table_of_beds_is_loaded_once_and_changed_by_its_codes(world: World, system: User, clock: Frozen) -> None:
    assert load(system, row("01"), row("02"), row("OR1", kind="手术间", handed="")) == ("loaded", 3)
    assert (Resource.objects.count(), HandOver.objects.count()) == (3, 2)
    assert Resource.objects.get(code="01").ward.sex == 2
    assert load(system, row("01"), row("02", handed="否"))[1] == 0
    assert HandOver.objects.filter(resource__code="02", until_at__gt=clock.at).count() == 0
    assert HandOver.objects.filter(resource__code="01", until_at=None).count() == 1


def test_a_row_at_fault_loads_nothing(world: World, system: User) -> None:
    upload = actions.receive(
        "beds", name="beds.csv", content=sheet_csv(HEAD, row("01"), row("02", kind="沙发")), by=system
    )
    assert upload.state == "rejected" or upload.faults
    assert not Resource.objects.exists()
