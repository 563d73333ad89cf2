"""The items of a bill fall into its parts, to the cent."""

from hypothesis import given
from hypothesis import strategies as st

from fenji.kernel.payment.bill import Bill, total_cents
from fenji.kernel.payment.codes import ItemKind, PayTier, ReferralState, Scheme, Setting
from fenji.kernel.payment.lines import CatalogueItem, Line, bill_of, class_lines

FRAME = Bill(Scheme.RESIDENT, Setting.INPATIENT, PayTier.SECONDARY, ReferralState.REFERRED)
ITEMS = {
    "A1": CatalogueItem("A1", "阿司匹林", ItemKind.DRUG, "a"),
    "B1": CatalogueItem("B1", "氯吡格雷", ItemKind.DRUG, "b", own_share_permille=100),
    "B2": CatalogueItem("B2", "CT 平扫", ItemKind.SERVICE, "b"),
    "M1": CatalogueItem("M1", "支架", ItemKind.MATERIAL, "b", 200, (0, 0, 800_000, 1_000_000)),
    "C1": CatalogueItem("C1", "特需床位", ItemKind.SERVICE, "c"),
}


def _bill(*lines: Line) -> Bill:
    return bill_of(class_lines(lines, ITEMS.get, PayTier.SECONDARY, 500), FRAME)


def test_each_class_has_its_part() -> None:
    bill = _bill(
        Line("阿司匹林", ItemKind.DRUG, 1000, 1_000, "A1"),
        Line("氯吡格雷", ItemKind.DRUG, 1000, 10_005, "B1"),
        Line("CT 平扫", ItemKind.SERVICE, 1000, 20_000, "B2"),
        Line("特需床位", ItemKind.SERVICE, 1000, 5_000, "C1"),
        Line("不在目录", ItemKind.DRUG, 1000, 700),
    )
    assert (bill.a_cents, bill.b_items_cents, bill.b_service_cents, bill.c_cents) == (1_000, 10_005, 20_000, 5_700)
    assert bill.b_items_own_cents == 1_001  # 100.05 yuan × 10 % = 10.005, rounded half up
    assert bill.drug_cents == 1_000 + 10_005 + 700


def test_what_is_above_the_ceiling_is_the_patients_and_bears_no_own_share() -> None:
    bill = _bill(Line("支架", ItemKind.MATERIAL, 2000, 2_000_000, "M1"))
    assert (bill.over_ceiling_cents, bill.b_items_cents, bill.b_items_own_cents) == (400_000, 1_600_000, 320_000)


def test_the_catalogue_knows_what_an_item_is_whatever_the_bill_says() -> None:
    assert _bill(Line("阿司匹林", ItemKind.SERVICE, 1000, 500, "A1")).drug_cents == 500


@given(
    st.lists(
        st.builds(
            Line,
            name=st.just("项目"),
            kind=st.sampled_from(ItemKind),
            quantity_milli=st.integers(1, 100_000),
            amount_cents=st.integers(0, 10**9),
            code=st.sampled_from(["", "A1", "B1", "B2", "M1", "C1", "none"]),
        ),
        max_size=30,
    )
)
def test_nothing_of_a_bill_is_lost_or_counted_twice(lines: list[Line]) -> None:
    bill = _bill(*lines)
    assert total_cents(bill) == sum(line.amount_cents for line in lines)
    assert 0 <= bill.b_items_own_cents <= bill.b_items_cents
    assert bill.drug_cents <= total_cents(bill)
