"""The ladder by which reserved places open, and the share that is reserved."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fenji.kernel import reserve
from fenji.kernel.release import AT_ONCE, NEVER, Group, Ladder, is_open, ladder
from fenji.kernel.reserve import Bounds

STARTS = datetime(2026, 3, 20, 0, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
EXAMPLE = ladder({"primary": 336, "consortium": 72, "contract": 48, "all": 24})
openings = st.one_of(st.none(), st.integers(0, 2000).map(lambda hours: timedelta(hours=hours)))


def test_whoever_belongs_to_several_groups_has_the_earliest_opening() -> None:
    assert EXAMPLE.opening({Group.ALL}) == 24 * HOUR
    assert EXAMPLE.opening({Group.ALL, Group.CONTRACT}) == 48 * HOUR
    assert EXAMPLE.opening({Group.ALL, Group.CONSORTIUM, Group.PRIMARY}) == 336 * HOUR
    assert EXAMPLE.opening(()) == NEVER
    assert ladder({"primary": "at_once", "all": 24}).opening(set(Group)) is AT_ONCE
    assert ladder({"primary": 24}).opening({Group.ALL}) == NEVER


def test_the_rungs_are_what_the_clock_releases_in_order() -> None:
    assert [rung.group for rung in EXAMPLE.rungs()] == ["primary", "consortium", "contract", "all"]
    assert [rung.group for rung in ladder({"primary": "at_once", "all": 24, "contract": "never"}).rungs()] == ["all"]


def test_a_rung_opens_at_its_very_moment_and_closes_when_the_place_begins() -> None:
    assert not is_open(24 * HOUR, STARTS, at=STARTS - 24 * HOUR - timedelta(microseconds=1))
    assert is_open(24 * HOUR, STARTS, at=STARTS - 24 * HOUR)
    assert not is_open(24 * HOUR, STARTS, at=STARTS)
    assert is_open(AT_ONCE, STARTS, at=STARTS - 2000 * HOUR)
    assert not is_open(NEVER, STARTS, at=STARTS - HOUR)


@given(st.dictionaries(st.sampled_from(Group), openings), st.sets(st.sampled_from(Group)), st.sampled_from(Group))
def test_one_more_group_never_opens_later(opens: dict[Group, timedelta | None], groups: set[Group], one: Group) -> None:
    steps = Ladder(opens)
    alone, together = steps.opening(groups), steps.opening(groups | {one})
    assert together is None or (alone is not None and together >= alone)


def test_words_that_are_no_ladder_are_refused() -> None:
    with pytest.raises(ValueError, match="everybody"):
        ladder({"everybody": 24})
    with pytest.raises(ValueError, match="soon"):
        ladder({"all": "soon"})


def test_the_share_follows_the_referrals_between_its_bounds() -> None:
    bounds = Bounds(300, 600)
    assert reserve.sized(40, 100, bounds, before=300) == 400
    assert reserve.sized(1, 100, bounds, before=500) == 300
    assert reserve.sized(90, 100, bounds, before=300) == 600
    assert reserve.sized(1, 3, Bounds(0, 1000), before=0) == 334  # rounded up: a referral more rather than one less
    assert reserve.sized(0, 0, bounds, before=450) == 450
    assert reserve.sized(0, 0, bounds, before=100) == 300


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 1000), st.integers(0, 1000), st.integers(0, 1000))
def test_the_share_never_leaves_its_bounds_and_is_enough(
    referred: int, offered: int, one: int, other: int, before: int
) -> None:
    bounds = Bounds(min(one, other), max(one, other))
    share = reserve.sized(referred, offered, bounds, before=before)
    assert bounds.floor <= share <= bounds.ceiling
    if offered and share < bounds.ceiling:
        assert share * offered >= min(referred, offered) * 1000


def test_bounds_and_counts_that_cannot_be_are_refused() -> None:
    for floor, ceiling in ((-1, 10), (20, 10), (0, 1001)):
        with pytest.raises(ValueError, match="floor"):
            Bounds(floor, ceiling)
    with pytest.raises(ValueError, match="negative"):
        reserve.sized(-1, 10, Bounds(0, 10), before=0)
