"""What an audit event adds stands in words: every name written anywhere has a label, values as people read them."""

import ast
from pathlib import Path

import pytest

import fenji
from fenji.web.administration.detail_words import LABELS, detail_words


def written_names() -> set[str]:
    """The names of every `details={...}` in the product's source."""
    names: set[str] = set()
    for file in Path(fenji.__file__).parent.rglob("*.py"):
        if "details" in (source := file.read_text(encoding="utf-8")):
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.keyword) and node.arg == "details" and isinstance(node.value, ast.Dict):
                    names |= {key.value for key in node.value.keys if isinstance(key, ast.Constant)}
    return names


def test_every_name_that_is_written_has_a_label():
    names = written_names()
    assert len(names) > 40, "the walk finds what is written"
    assert names <= set(LABELS), names - set(LABELS)


@pytest.mark.parametrize(
    ("details", "said"),
    [
        ({"purpose": "care", "cause": "contract:12"}, [("用途", "诊疗"), ("由何而来", "签约 12")]),
        ({"from": "sent", "to": "accepted", "version": 3}, [("自", "待接收"), ("至", "已接收，待预约"), ("版本", "3")]),
        ({"cents": 120350, "reached": False}, [("金额", "¥1,203.50"), ("接通", "否")]),
        ({"list": "inbox:todo", "page": 1, "residents": ["a", "b"]},
         [("名单", "收件箱"), ("页", "1"), ("名单上的居民", "2 人")]),
        ({"role": "physician", "until": None, "from": "2026-03-01"}, [("岗位", "医院医师"), ("自", "2026年3月1日")]),
        ({"until": "2026-03-04T02:00:00+00:00"}, [("到", "2026年3月4日 10:00")]),
        ({"changes": {"name": ["张三", "张山"], "phone": "changed"}}, [("更改", "名称：张三 → 张山；电话：已更改")]),
        ({"kind": "residents", "new": 3}, [("类别", "居民"), ("新增", "3")]),
        ({"something": "new_code"}, [("something", "new_code")]),
    ],
)  # fmt: skip
def test_values_are_said_as_people_read_them(details: dict[str, object], said: list[tuple[str, str]]):
    assert detail_words(details) == said
