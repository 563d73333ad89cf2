"""The catalogue is loaded whole or not at all; what changes begins on its day."""

from datetime import date

import pytest

from fenji.apps.common.errors import Invalid
from fenji.apps.payments.catalogue import load_example, load_items
from fenji.apps.payments.models import Item
from fenji.apps.payments.rules import items_on

pytestmark = pytest.mark.django_db
HEAD = "code,name,kind,class,unit,own_share_permille,ceilings,from,status,source"


def test_the_example_loads_once_and_says_that_it_is_assumed() -> None:
    assert load_example() == Item.objects.count() > 70
    assert load_example() == 0
    assert set(Item.objects.values_list("basis", flat=True)) == {"assumed"}


def test_a_changed_item_begins_on_its_day() -> None:
    load_items([HEAD, "X1,头颅 CT,service,b,次,,;;20000;30000,2016-01-01,stated,甲"], source="")
    load_items([HEAD, "X1,头颅 CT,service,a,次,,;;18000;25000,2017-07-01,stated,乙"], source="")
    before, after = (items_on({"X1"}, day)["X1"] for day in (date(2017, 6, 30), date(2017, 7, 1)))
    assert (before.item_class, before.ceiling_cents[2]) == ("b", 20_000)
    assert (after.item_class, after.ceiling_cents[3]) == ("a", 25_000)


@pytest.mark.parametrize(
    "line",
    [
        "X1,CT,service,d,次,,,2016-01-01,stated,",
        ",CT,service,a,次,,,2016-01-01,stated,",
        "X1,CT,service,a,次,x,,2016-01-01,stated,",
        "X1,CT,service,a,次,,1;2;3;4;5,2016-01-01,stated,",
        "X1,CT,service,a,次,,,昨天,stated,",
    ],
)
def test_one_bad_line_loads_nothing_and_is_named(line: str) -> None:
    good = "G1,好的,drug,a,盒,,,2016-01-01,stated,"
    with pytest.raises(Invalid) as refused:
        load_items([HEAD, good, line], source="")
    assert list(refused.value.fields) == ["line 3"]
    assert not Item.objects.exists()
