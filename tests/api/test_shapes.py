"""The shapes of the API: each name stands for one shape, or the published description would show the wrong one."""

from collections import Counter

from ninja import Schema

from fenji.api import v1


def test_no_two_shapes_share_a_name() -> None:
    assert v1
    names = Counter(one.__name__ for one in _below(Schema) if one.__module__.startswith("fenji."))
    assert [name for name, times in names.items() if times > 1] == []
    assert len(names) > 100


def _below(shape: type) -> set[type]:
    direct = set(shape.__subclasses__())
    return direct.union(*(_below(one) for one in direct))
