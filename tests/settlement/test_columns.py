"""A file's columns become rows and back; what a file lacks is named."""

from datetime import date

import pyarrow as pa
import pytest

from fenji.kernel.payment.codes import PayTier, ReferralState, Scheme, Setting
from fenji.settlement.columns import WrongColumns, check_columns, rows_of

BILLS = {
    "id": [1, 2],
    "person": [7, 7],
    "on": [date(2017, 7, 1), date(2018, 1, 1)],
    "scheme": ["resident", "employee"],
    "setting": ["inpatient", "outpatient"],
    "tier": ["secondary", "village"],
    "referral_state": ["referred", "first_contact"],
    "a_cents": [100, 200],
}


def batch(**changes: object) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict(BILLS | changes)


def test_words_and_numbers_are_the_same_codes() -> None:
    words = rows_of(batch())
    numbers = rows_of(
        batch(
            scheme=[Scheme.RESIDENT, Scheme.EMPLOYEE],
            setting=[Setting.INPATIENT, Setting.OUTPATIENT],
            tier=pa.array([PayTier.SECONDARY, PayTier.VILLAGE], pa.int8()),
            referral_state=[ReferralState.REFERRED, ReferralState.FIRST_CONTACT],
        )
    )
    folded = rows_of(batch(scheme=pa.array(BILLS["scheme"]).dictionary_encode()))
    assert words.tolist() == numbers.tolist() == folded.tolist()
    assert words["year"].tolist() == [2017, 2018]
    assert words["a_cents"].tolist() == [100, 200] and words["c_cents"].tolist() == [0, 0]


def test_a_missing_value_marks_its_row_but_no_chain_is_no_chain() -> None:
    rows = rows_of(batch(a_cents=[None, 5], chain=pa.array([None, 3], pa.int64())))
    assert rows["missing"].tolist() == [1, 0]
    assert rows["chain"].tolist() == [0, 3]


def test_an_unknown_word_is_no_code() -> None:
    assert rows_of(batch(tier=["secondary", "county"]))["tier"].tolist() == [PayTier.SECONDARY, -1]


def test_a_number_too_large_for_a_code_is_no_code_either() -> None:
    rows = rows_of(batch(tier=[2, 256], care_days=[3, 65536 + 3]))
    assert rows["tier"].tolist() == [2, 127]
    assert rows["care_days"].tolist() == [3, 32767]


def test_columns_that_are_needed_or_of_a_wrong_type_are_named() -> None:
    assert set(check_columns(batch(extra=[1, 2]).schema)) == set(BILLS)
    with pytest.raises(WrongColumns, match="person"):
        check_columns(batch().drop_columns(["person"]).schema)
    with pytest.raises(WrongColumns, match=r"a_cents.*double"):
        check_columns(batch(a_cents=[1.5, 2.5]).schema)
    with pytest.raises(WrongColumns, match=r"on .*string"):
        check_columns(batch(on=["2017-07-01", "2017-07-02"]).schema)
