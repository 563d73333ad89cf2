"""Sealed values open only in their place and under a known key."""

import base64
from collections.abc import Iterator

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from fenji.apps.common import sealing
from fenji.apps.common.sealing import lookup_hash, seal, unseal

OLD, NEW, OTHER = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2, 3))
ID_NUMBER, PLACE = "44170219900101123X", "resident.id:1"


@pytest.fixture(autouse=True)
def keys(settings: object) -> Iterator[None]:
    """Keys are cached; each test begins and ends without."""
    forget()
    yield
    forget()


def forget() -> None:
    sealing._keys.cache_clear()
    sealing._lookup_key.cache_clear()


def use(settings: object, *keys: str) -> None:
    settings.SEALING_KEYS = "\n".join(keys)  # type: ignore[attr-defined]
    forget()


@given(st.text(max_size=200), st.text(max_size=50))
def test_what_is_sealed_opens_in_its_place(text: str, place: str) -> None:
    assert unseal(seal(text, context=place), context=place) == text


def test_a_value_moved_to_another_row_or_column_does_not_open() -> None:
    sealed = seal(ID_NUMBER, context=PLACE)
    for place in ("resident.id:2", "resident.phone:1", ""):
        with pytest.raises(ValueError, match="does not belong here"):
            unseal(sealed, context=place)


def test_a_changed_value_does_not_open() -> None:
    sealed = seal(ID_NUMBER, context=PLACE)
    for position in range(sealing.NAME_BYTES, len(sealed)):
        changed = bytearray(sealed)
        changed[position] ^= 1
        with pytest.raises(ValueError, match="does not belong here"):
            unseal(bytes(changed), context=PLACE)


@pytest.mark.parametrize("short", [b"", b"abc", b"12345678901234567890"])
def test_a_truncated_value_is_said_to_be_one(short: bytes) -> None:
    with pytest.raises(ValueError, match=r"does not belong here|not configured"):
        unseal(short, context=PLACE)


def test_the_same_text_is_never_sealed_alike() -> None:
    assert len({seal(ID_NUMBER, context=PLACE) for _ in range(100)}) == 100


def test_the_sealed_value_holds_neither_text_nor_place() -> None:
    sealed = seal(ID_NUMBER, context=PLACE)
    assert ID_NUMBER.encode() not in sealed
    assert PLACE.encode() not in sealed


def test_an_old_key_still_opens_and_the_newest_seals(settings: object) -> None:
    use(settings, OLD)
    before = seal(ID_NUMBER, context=PLACE)
    use(settings, NEW, OLD)
    after = seal(ID_NUMBER, context=PLACE)
    assert unseal(before, context=PLACE) == unseal(after, context=PLACE) == ID_NUMBER
    use(settings, NEW)
    assert unseal(after, context=PLACE) == ID_NUMBER


def test_an_unknown_key_is_named_as_the_reason(settings: object) -> None:
    use(settings, OLD)
    sealed = seal(ID_NUMBER, context=PLACE)
    use(settings, NEW, OTHER)
    with pytest.raises(ValueError, match="key that is not configured"):
        unseal(sealed, context=PLACE)


@pytest.mark.parametrize("bad", ["", "c2hvcnQ=", "not base64 !", OLD + ",c2hvcnQ="])
def test_keys_that_are_missing_or_short_are_refused_with_their_name(bad: str, settings: object) -> None:
    use(settings, bad)
    with pytest.raises(ImproperlyConfigured, match="FENJI_SEALING_KEYS"):
        seal("x", context=PLACE)


def test_a_bad_lookup_key_is_refused_with_its_name(settings: object) -> None:
    for bad in ("", "c2hvcnQ=", "not base64 !"):
        settings.LOOKUP_KEY = bad  # type: ignore[attr-defined]
        forget()
        with pytest.raises(ImproperlyConfigured, match="FENJI_LOOKUP_KEY"):
            lookup_hash("x", purpose="id")


def test_equal_values_are_found_within_a_purpose_and_not_across(settings: object) -> None:
    assert lookup_hash(ID_NUMBER, purpose="id") == lookup_hash(ID_NUMBER, purpose="id")
    assert lookup_hash(ID_NUMBER, purpose="id") != lookup_hash(ID_NUMBER, purpose="phone")
    before = lookup_hash(ID_NUMBER, purpose="id")
    settings.LOOKUP_KEY = OTHER  # type: ignore[attr-defined]
    forget()
    assert lookup_hash(ID_NUMBER, purpose="id") != before
