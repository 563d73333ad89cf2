"""Beside the official system every difference is named, and the books do not move."""

import pytest

from fenji.apps.common.errors import Invalid
from fenji.apps.payments.actions import shadow
from fenji.apps.payments.estimating import estimate
from fenji.apps.payments.models import Posting
from tests.factories.world import World

pytestmark = pytest.mark.django_db


def _official(stay, **changes: int) -> dict[str, int]:
    ours = estimate(stay(code="1")).settlement._asdict()
    return {name: ours[name] + changes.get(name, 0) for name in shadow.COMPARED}


def test_agreement_is_no_difference_and_nothing_is_posted(world: World, stay) -> None:
    claim = shadow.compare(stay(code="1", official=_official(stay)), by=world.insurer)
    assert shadow.differences(claim) == []
    assert not Posting.objects.exists()
    assert shadow.compare(stay(code="1", official=_official(stay)), by=world.insurer).pk == claim.pk


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"fund_cents": 1, "self_cents": -1}, "rounding"),
        ({"total_cents": 5_000}, "total"),
        ({"deductible_cents": -10_000, "fund_cents": 5_000, "self_cents": -5_000}, "deductible"),
    ],
)
def test_the_likeliest_reason_is_named(world: World, stay, changes: dict[str, int], reason: str) -> None:
    claim = shadow.compare(stay(code="1", official=_official(stay, **changes)), by=world.insurer)
    assert {one.name for one in shadow.differences(claim)} == set(changes)
    assert {one.reason for one in shadow.differences(claim)} == {reason}


def test_a_list_without_an_amount_is_refused_by_name(world: World, stay) -> None:
    with pytest.raises(Invalid) as refused:
        shadow.compare(stay(code="1", official={"total_cents": 1}), by=world.insurer)
    assert "official.fund_cents" in refused.value.fields
