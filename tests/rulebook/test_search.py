"""Searching many short texts: everything that contains the words is found, once, best first."""

from hypothesis import given
from hypothesis import strategies as st

from fenji.rulebook.search import Column, ranked

texts = st.lists(st.text("abc", max_size=6), max_size=12)


@given(texts, st.text("abc", min_size=1, max_size=3))
def test_a_column_finds_what_a_plain_loop_finds(written: list[str], wanted: str) -> None:
    column = Column(enumerate(written))
    assert list(column.containing(wanted)) == [place for place, text in enumerate(written) if wanted in text]
    assert list(column.beginning(wanted)) == [place for place, text in enumerate(written) if text.startswith(wanted)]


@given(texts, st.text("abc", min_size=1, max_size=3))
def test_equal_ranks_before_begins_before_contains(written: list[str], wanted: str) -> None:
    ranks = ranked((Column(enumerate(written)),), wanted, enough=99)
    for number, text in enumerate(written):
        expected = 0 if text == wanted else 1 if text.startswith(wanted) else 2 if wanted in text else None
        assert ranks.get(number) == expected


def test_a_thing_with_several_texts_has_the_best_of_their_ranks() -> None:
    column = Column([(7, "原发性高血压"), (7, "高血压"), (8, "高血压性肾病")])
    assert ranked((column,), "高血压", enough=99) == {7: 0, 8: 1}


def test_with_enough_that_begin_so_the_others_are_not_looked_up() -> None:
    column = Column(enumerate(["ab", "xab", "abc"]))
    assert set(ranked((column,), "ab", enough=2)) == {0, 2}
    assert set(ranked((column,), "ab", enough=3)) == {0, 1, 2}
