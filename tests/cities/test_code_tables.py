"""Check characters against published examples, and the code tables themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from fenji.cities.code_tables import code_table, organisation_check, uscc_problem

PUBLISHED = "91350100M000100Y43"  # example of GB 32100


def test_published_number_is_right_in_its_region_only() -> None:
    assert uscc_problem(PUBLISHED, "350100") == ""
    assert uscc_problem(PUBLISHED, "441700") == "is registered in 350100, not in 441700"


@pytest.mark.parametrize("position", range(18))
def test_each_character_is_guarded(position: int) -> None:
    other = "1" if PUBLISHED[position] != "1" else "2"
    wrong = PUBLISHED[:position] + other + PUBLISHED[position + 1 :]
    assert "GB 32100" in uscc_problem(wrong, "350100")


def test_lower_case_and_spaces_are_not_stored() -> None:
    assert "GB 32100" in uscc_problem(PUBLISHED.lower(), "350100")
    assert "GB 32100" in uscc_problem(PUBLISHED[:8] + " " + PUBLISHED[8:], "350100")


def test_organisation_code_inside_is_checked_by_its_own_rule() -> None:
    right, wrong = "12441700DEM000022", "12441700DEM000024"
    assert organisation_check("DEM00002") == "2"
    assert uscc_problem(right + uscc.calc_check_digit(right), "441700") == ""
    assert "GB 11714" in uscc_problem(wrong + uscc.calc_check_digit(wrong), "441700")


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=8, max_size=8))
def test_organisation_check_makes_the_weighted_sum_divisible_by_eleven(body: str) -> None:
    values = [int(char, 36) for char in body]
    check = organisation_check(body)
    last = 10 if check == "X" else int(check)
    assert (
        sum(value * weight for value, weight in zip(values, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) + last
    ) % 11 == 0


def test_specialties_are_complete_at_the_first_level_and_second_levels_have_a_first() -> None:
    codes = code_table("specialties").codes
    first = {code for code in codes if "." not in code}
    assert first == {f"{n:02d}" for n in (*range(1, 29), 30, 31, 32, 50, 51, 52)}
    assert {code.split(".")[0] for code in codes} == first
    assert all(code.name and code.name_en for code in codes.values())


def test_tables_say_their_standard_and_basis() -> None:
    assert code_table("ws218").standard == "WS 218-2002"
    assert code_table("ws218").basis == "stated"
    assert code_table("specialties").basis == "assumed"
