"""Files as people send them, and a world to load them into."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import pytest
import xlsxwriter

from fenji.apps.accounts.models import User
from fenji.apps.common.clock import Frozen
from fenji.kernel.identity import check_digit
from fenji.kernel.roles import Office
from tests.factories.accounts import administrator
from tests.factories.world import World, make_world


@pytest.fixture
def world(db: None, clock: Frozen) -> World:
    return make_world(clock.at)


@pytest.fixture
def system(world: World) -> User:
    return administrator(Office.SYSTEM)


@pytest.fixture
def security(world: World) -> User:
    return administrator(Office.SECURITY)


def xlsx(*rows: Sequence[Any]) -> bytes:
    """A workbook of these rows, the first being the header; values keep their kind."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                if value is not None:
                    sheet.write(number, place, value)
    return out.getvalue()


def sheet_csv(*rows: Sequence[Any], encoding: str = "utf-8-sig") -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)


def id_number(serial: int, born: str = "19580501", region: str = "441721") -> str:
    """A number with a right check digit; an even serial is a woman's."""
    first = f"{region}{born}{serial:03d}"
    return first + check_digit(first)


RESIDENT_HEADER = ("居民编号*", "姓名*", "证件号码*", "电话", "镇街", "医保类型")


def resident_row(serial: int, name: str = "林月娥", **changes: Any) -> tuple[Any, ...]:
    row = {"code": f"R{serial:06d}", "name": name, "number": id_number(serial), "phone": "", "town": "", "scheme": ""}
    return tuple({**row, **changes}.values())
