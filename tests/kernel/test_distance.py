"""Distance as the crow flies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fenji.kernel.distance import distance_km

longitudes, latitudes = st.floats(-180, 180), st.floats(-90, 90)


def test_one_degree_of_latitude_is_some_111_km() -> None:
    assert distance_km(111.9, 21.0, 111.9, 22.0) == pytest.approx(111.195, abs=0.01)


def test_yangjiang_to_guangzhou_is_some_200_km() -> None:
    assert distance_km(111.98, 21.86, 113.26, 23.13) == pytest.approx(193, abs=3)


@given(longitudes, latitudes, longitudes, latitudes)
def test_there_is_as_far_as_back_and_never_more_than_half_around(a: float, b: float, c: float, d: float) -> None:
    there = distance_km(a, b, c, d)
    assert there == pytest.approx(distance_km(c, d, a, b), abs=1e-6)
    assert 0 <= there <= 20_016


@given(longitudes, latitudes)
def test_a_place_is_where_it_is(longitude: float, latitude: float) -> None:
    assert distance_km(longitude, latitude, longitude, latitude) == 0
