"""What a cell means, in all the ways Excel and people write it."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fenji.exchange.cells import CellFault, Reader, choice, clock_time, code, day, decimal, text, up_to, whole


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (None, ""), ("  阳西县  人民医院 ", "阳西县 人民医院"), (5, "5"), (5.0, "5"), (5.25, "5.25"),
        (True, "是"), (False, "否"),
        (13800138000.0, "13800138000"), (datetime(2026, 1, 5), "2026-01-05"), (date(2026, 1, 5), "2026-01-05"),  # noqa: DTZ001
        (999999999999999.0, "999999999999999"),
    ],
)  # fmt: skip
def test_text_of_every_kind_of_cell(cell: object, words: str):
    assert text(cell) == words  # type: ignore[arg-type]


@pytest.mark.parametrize("cell", [4.41721195805010e17, 1e15, 441721195805010023, float("nan"), float("inf"), -1e16])
def test_a_number_that_lost_its_last_digits_says_so(cell: float):
    with pytest.raises(CellFault, match="丢失"):
        text(cell)


@pytest.mark.parametrize("written", ["4.41721E+17", "4.41721e17", "4E+17"])
def test_scientific_notation_in_a_csv_is_a_lost_number_too(written: str):
    with pytest.raises(CellFault, match="丢失"):
        code(written)


@pytest.mark.parametrize("cell", ["=1+1", '=HYPERLINK("http://x")', "a\x00b", "\ud800"])
def test_formulas_and_what_cannot_be_kept_are_refused(cell: str):
    with pytest.raises(CellFault):
        text(cell)


@pytest.mark.parametrize(
    "cell",
    [
        datetime(2026, 1, 5, 13, 0), date(2026, 1, 5), 46027, 46027.0, "2026-01-05", "2026/1/5", "2026.1.5",  # noqa: DTZ001
        "2026年1月5日", "20260105", " 2026-1-5 ", "2026-01-05 00:00:00",
    ],
)  # fmt: skip
def test_one_day_in_many_ways(cell: object):
    assert day(cell) == date(2026, 1, 5)  # type: ignore[arg-type]


@pytest.mark.parametrize("cell", ["2026-02-30", "5/1/2026", "昨天", "2026-13-01", 0, -3, 90_000, "0000-01-01", True])
def test_what_is_no_day_is_said_so(cell: object):
    with pytest.raises(CellFault):
        day(cell)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "cell", [time(8, 30), 8.5 / 24, timedelta(hours=8, minutes=30), "8:30", "08:30", "08:30:00", "8：30"]
)
def test_one_time_in_many_ways(cell: object):
    assert clock_time(cell) == time(8, 30)  # type: ignore[arg-type]


@pytest.mark.parametrize("cell", ["25:00", "8", "8点半", "08:60", 1.5, -0.1])
def test_what_is_no_time_is_said_so(cell: object):
    with pytest.raises(CellFault):
        clock_time(cell)  # type: ignore[arg-type]


@pytest.mark.parametrize("read", [day, clock_time, whole(1, 5), decimal(0, 1), choice({"男": 1})])
def test_an_empty_cell_means_nothing(read: Reader):
    assert read(None) is None
    assert read("  ") is None


def test_choices_are_read_by_word_and_by_value():
    sexes = choice({"男": 1, "女": 2})
    assert (sexes("男"), sexes("2"), sexes(1.0)) == (1, 2, 1)
    with pytest.raises(CellFault, match="男、女"):
        sexes("M")


def test_numbers_are_bounded():
    assert (whole(1, 480)(15.0), decimal(73, 136)("111.6")) == (15, 111.6)
    for cell in (0, 481, "十五", 1.5, "9" * 20):
        with pytest.raises(CellFault):
            whole(1, 480)(cell)
    for number in (72, 137, "east", float("nan")):
        with pytest.raises(CellFault):
            decimal(73, 136)(number)
    with pytest.raises(CellFault, match="最多 3 字"):
        up_to(3)("四个字符")


@given(st.dates(date(1900, 3, 1), date(2118, 12, 31)))
def test_serial_numbers_and_written_days_agree(when: date):
    serial = (when - date(1899, 12, 30)).days
    assert day(serial) == day(float(serial)) == day(when.isoformat()) == when


@given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.none(), st.times(), st.datetimes()))
def test_any_cell_is_read_or_refused_in_words(cell: object):
    for read in (text, code, day, clock_time, whole(0, 9), decimal(0, 9), choice({"是": True}), up_to(9)):
        try:
            read(cell)  # type: ignore[arg-type]
        except CellFault as fault:
            assert str(fault)
