"""What is wrong with the shape of a call is said in Chinese, with the limit and where; never in pydantic's English."""

import re
from collections.abc import Callable
from datetime import date, datetime
from enum import Enum
from typing import Annotated, Literal
from uuid import UUID

import pytest
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from fenji.api.shape_words import words_of
from tests.api.conftest import Api


class Kind(Enum):
    BED = "bed"


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(min_length=2, max_length=3)]


CASES = [
    (Annotated[int, Field(ge=1)], 0, "不能小于 1。"),
    (Annotated[int, Field(gt=1)], 1, "须大于 1。"),
    (Annotated[int, Field(le=9)], 10, "不能大于 9。"),
    (Annotated[int, Field(lt=9)], 9, "须小于 9。"),
    (Inner, {}, "必须填写。"),
    (Inner, {"name": "甲"}, "至少 2 个字。"),
    (Inner, {"name": "甲乙丙丁"}, "最多 3 个字。"),
    (Inner, {"name": "甲乙", "other": 1}, "没有这个字段。"),
    (Inner, 5, "应为对象。"),
    (Annotated[list[int], Field(min_length=1)], [], "至少 1 项。"),
    (Annotated[list[int], Field(max_length=1)], [1, 2], "最多 1 项。"),
    (list[int], 5, "应为列表。"),
    (Kind, "slot", "应为其中之一：'bed'。"),
    (Literal["hold", "book"], "x", "应为其中之一：'hold' or 'book'。"),
    (int, "x", "应为整数。"),
    (int, 1.5, "应为整数。"),
    (int, "9" * 5000, "数字过大。"),
    (float, "x", "应为数字。"),
    (bool, "x", "应为 true 或 false。"),
    (str, 5, "应为文字。"),
    (UUID, "x", "应为 UUID 编号。"),
    (date, "x", "应为日期，如 2026-11-22。"),
    (datetime, "x", "应为时间，如 2026-11-22T09:00:00+08:00。"),
    (AwareDatetime, "2026-11-22T09:00:00", "时间须带时区，如 2026-11-22T09:00:00+08:00。"),
    (Annotated[str, Field(pattern="^a$")], "b", "格式有误。"),
]


@pytest.mark.parametrize(("shape", "given", "words"), CASES)
def test_each_fault_has_its_words(shape: object, given: object, words: str) -> None:
    with pytest.raises(ValidationError) as raised:
        TypeAdapter(shape).validate_python(given)
    assert words_of(dict(raised.value.errors()[0])) == words


def test_a_call_is_told_every_fault_and_rows_count_from_one(person: Callable[[str], Api]) -> None:
    refused = person("doctor").post("bookings", {"resident_id": "x", "mode": "steal", "more": 1})
    assert refused.status == 422
    fields = refused.body["fields"]
    assert set(fields) == {"resident_id", "place_id", "mode", "more"}
    assert not [words for words in fields.values() if re.search("Input|Field|should", words)]
    blocks = person("office").post("institutions/yx-renmin/blocks", {"sessions": [{}]})
    assert blocks.status == 422 and any(name.startswith("sessions.1.") for name in blocks.body["fields"]), blocks.body
