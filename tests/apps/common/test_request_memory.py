"""What a request asked once is not asked again in it, and nothing outlives it."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from fenji.apps.common.request_memory import forget, remembered, remembering


def test_outside_of_a_request_nothing_is_kept() -> None:
    asked = count()
    assert [remembered("k", lambda: next(asked)) for _ in range(3)] == [0, 1, 2]
    forget()  # harmless


def test_within_one_each_key_is_asked_once_and_the_next_request_asks_anew() -> None:
    asked = count()
    for round_ in range(2):
        with remembering():
            assert {remembered("k", lambda: next(asked)) for _ in range(3)} == {round_ * 2}
            assert remembered("other", lambda: next(asked)) == round_ * 2 + 1


def test_nothing_found_is_an_answer_too_and_an_error_is_none() -> None:
    asked = count()

    def fails_first() -> None:
        if next(asked) == 0:
            raise LookupError

    with remembering():
        with pytest.raises(LookupError):
            remembered("k", fails_first)
        for _ in range(3):
            assert remembered("k", fails_first) is None
    assert next(asked) == 2


def test_forget_asks_everything_anew() -> None:
    asked = count()
    with remembering():
        remembered("k", lambda: next(asked))
        forget()
        assert remembered("k", lambda: next(asked)) == 1


def test_one_thread_never_sees_what_another_keeps() -> None:
    with remembering(), ThreadPoolExecutor(1) as other:
        remembered("k", lambda: "mine")
        assert other.submit(lambda: remembered("k", lambda: "theirs")).result() == "theirs"
