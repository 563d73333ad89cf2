"""From Parquet to Parquet: the kernel's cents, in order, whatever the size of the pieces; faulty bills aside."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from bench.bills import NEW_YEAR, YEAR, synthesize
from bench.bills_file import write_bills
from fenji.config.cli import app
from fenji.kernel.payment.batch import settle_batch
from fenji.kernel.payment.faults import Fault
from fenji.kernel.payment.policy import DatedPolicy
from fenji.rulebook.loader import load_rulebook
from fenji.rulebook.payment import payment_policies
from fenji.settlement import local
from fenji.settlement.columns import WrongColumns
from fenji.settlement.openings import read_openings
from fenji.settlement.people import whole_people
from tests.kernel.payment.examples import policy


@pytest.fixture(scope="module")
def bills(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some 3,000 bills, three of them faulty."""
    rows = next(synthesize(3000))
    rows["a_cents"][10], rows["tier"][20], rows["id"][41] = -5, 9, rows["id"][40]
    rows["person"][41] = rows["person"][40]
    rows["day"][41] = rows["day"][40]
    return write_bills(tmp_path_factory.mktemp("bills") / "bills.parquet", [rows])


def settle(bills: Path, folder: Path) -> tuple[local.Count, pa.Table, Path]:
    aside = folder / "aside.parquet"
    count = local.settle_file(bills, folder / "out.parquet", aside, policy())
    return count, pq.read_table(folder / "out.parquet"), aside


def test_a_file_gives_the_kernels_cents(bills: Path, tmp_path: Path) -> None:
    count, results, _ = settle(bills, tmp_path)
    rows = local.rows_of(pq.read_table(bills).combine_chunks().to_batches()[0])
    out = settle_batch(rows, policy())
    settled = out["fault"] == 0
    for name in ("fund_cents", "self_cents", "ratio_permille", "deductible_cents", "flags"):
        assert results[name].to_numpy().tolist() == out[name][settled].tolist()
    assert results["id"].to_pylist() == rows["id"][settled].tolist()
    assert count.fund_cents == sum(results["fund_cents"].to_pylist()) > 0


def test_faulty_bills_are_set_aside_with_their_reason_and_the_rest_settle(bills: Path, tmp_path: Path) -> None:
    count, results, aside = settle(bills, tmp_path)
    faulty = pq.read_table(aside).to_pylist()
    assert {row["fault"] for row in faulty} >= {"negative", "unknown_code", "duplicate"}
    assert all(row["reason"] and row["reason_en"] for row in faulty)
    assert count.set_aside == len(faulty) == count.bills - len(results)


def test_nothing_is_written_aside_when_all_is_well(tmp_path: Path) -> None:
    bills = write_bills(tmp_path / "bills.parquet", list(synthesize(500)))
    count, _, aside = settle(bills, tmp_path)
    assert count.set_aside == 0 and not aside.exists()


def test_the_size_of_the_pieces_changes_nothing(bills: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, whole, _ = settle(bills, tmp_path)
    monkeypatch.setattr(local, "AT_ONCE", 37)
    assert settle(bills, tmp_path)[1].equals(whole)


def test_pieces_are_cut_between_people_only() -> None:
    rows = next(synthesize(400))
    rows["missing"][[50, 51, -1]] = 1
    pieces = list(whole_people(np.array_split(rows, 29)))
    assert np.concatenate(pieces).tolist() == rows.tolist()
    seen = [set(piece["person"][piece["missing"] == 0].tolist()) for piece in pieces]
    assert sum(map(len, seen)) == len(set.union(*seen))
    assert len(pieces) > 10


def test_people_out_of_order_across_pieces_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = next(synthesize(300))
    late = rows[:2].copy()
    monkeypatch.setattr(local, "AT_ONCE", 40)
    bills = write_bills(tmp_path / "bills.parquet", [rows, late])
    count, _, aside = settle(bills, tmp_path)
    assert count.set_aside == 2
    assert pq.read_table(aside)["fault"].to_pylist() == [Fault.OUT_OF_ORDER.name.lower()] * 2


def test_openings_are_where_the_years_begin_and_a_bill_falls_under_the_policy_of_its_day(
    bills: Path, tmp_path: Path
) -> None:
    rows = local.rows_of(pq.read_table(bills).combine_chunks().to_batches()[0])
    people = np.unique(rows["person"])[::2]
    columns = {"stays": np.arange(len(people)) % 3, "fund_inpatient_cents": np.full(len(people), 19_900_000)}
    table = pa.table({"person": people, "year": np.full(len(people), YEAR), **columns})
    pq.write_table(table.take(np.argsort(-people)), tmp_path / "openings.parquet")  # in whatever order
    turn = NEW_YEAR + 180
    rules = [DatedPolicy(NEW_YEAR, turn, policy()), DatedPolicy(turn, NEW_YEAR + 365, policy(ratio__inpatient=500))]
    out, known = tmp_path / "out.parquet", read_openings(tmp_path / "openings.parquet")
    local.settle_file(bills, out, tmp_path / "aside.parquet", rules, openings=tmp_path / "openings.parquet")
    expected = settle_batch(rows, rules, openings=known)
    settled = expected["fault"] == 0
    results = pq.read_table(out)
    for name in ("fund_cents", "self_cents", "deductible_cents"):
        assert results[name].to_numpy().tolist() == expected[name][settled].tolist()
    assert (expected["fund_cents"] != settle_batch(rows, rules)["fund_cents"]).any()  # the openings do count


def test_an_opening_that_cannot_be_true_sets_its_bills_aside_and_one_of_nobody_is_refused(tmp_path: Path) -> None:
    bills = write_bills(tmp_path / "bills.parquet", list(synthesize(200)))
    people = sorted(set(pq.read_table(bills)["person"].to_pylist()))[:4]
    openings = tmp_path / "openings.parquet"
    whose = {"person": [*people, people[3]], "year": [YEAR] * 5}
    pq.write_table(pa.table({**whose, "burden_cents": [0, -1, None, 5, 6]}), openings)
    count = local.settle_file(bills, tmp_path / "o", tmp_path / "aside", policy(), openings=openings)
    aside = pq.read_table(tmp_path / "aside")
    assert set(aside["person"].to_pylist()) == set(people[1:]) and count.set_aside == len(aside)
    assert set(aside["fault"].to_pylist()) == {"opening"}
    for wrong, word in (
        ({"person": [1]}, "year"),
        ({"person": [1], "year": [YEAR]}, "stays"),
        ({"person": [1], "year": [YEAR], "stays": [0.5]}, "double"),
        ({"person": [None, 1], "year": [YEAR, YEAR], "stays": [0, 0]}, "第 1 行"),
    ):
        pq.write_table(pa.table(wrong), openings)
        with pytest.raises(WrongColumns, match=word):
            read_openings(openings)


UNDERWAY = {"person": [7], "year": [YEAR], "chain": [5], "tier": ["secondary"], "deductible_cents": [50000]}


def chains_in(folder: Path, **changes: object) -> Path:
    file = folder / "chains.parquet"
    pq.write_table(pa.table(UNDERWAY | changes), file)
    return file


def up_in(folder: Path) -> Path:
    """A referred stay of person 7 in a tertiary hospital, the next of chain 5."""
    sent = {"id": [1], "person": [7], "on": pa.array([NEW_YEAR + 9], pa.int32()).cast(pa.date32()), "chain": [5]}
    codes = {"scheme": ["resident"], "setting": ["inpatient"], "tier": ["tertiary"], "referral_state": ["referred"]}
    pq.write_table(pa.table({**sent, **codes, "a_cents": [1_000_000]}), folder / "up.parquet")
    return folder / "up.parquet"


def test_a_chain_under_way_goes_on_in_the_next_file(tmp_path: Path) -> None:
    bills, out = up_in(tmp_path), tmp_path / "out.parquet"
    for chains, deductible in ((None, 90000), (chains_in(tmp_path), 40000)):
        local.settle_file(bills, out, tmp_path / "aside", policy(), chains=chains)
        assert pq.read_table(out)["deductible_cents"].to_pylist() == [deductible]


NOTHING = pa.array([None], pa.int64())
WRONG: list[dict[str, object]] = [{"tier": [9]}, {"tier": ["county"]}, {"deductible_cents": NOTHING}, {"twice": True}]


@pytest.mark.parametrize("wrong", WRONG)
def test_a_chain_that_cannot_be_true_sets_its_persons_bills_aside(tmp_path: Path, wrong: dict[str, object]) -> None:
    chains = chains_in(tmp_path, **{name: values for name, values in wrong.items() if name != "twice"})
    if "twice" in wrong:
        pq.write_table(pa.table({name: values * 2 for name, values in UNDERWAY.items()}), chains)
    count = local.settle_file(up_in(tmp_path), tmp_path / "out", tmp_path / "aside", policy(), chains=chains)
    assert count.set_aside == 1 and pq.read_table(tmp_path / "aside")["fault"].to_pylist() == ["opening"]


def test_a_table_of_chains_without_tier_or_chain_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "chains.parquet"
    pq.write_table(pa.table(UNDERWAY).drop_columns(["tier"]), file)
    with pytest.raises(WrongColumns, match="tier"):
        read_openings(None, file)
    with pytest.raises(WrongColumns, match="第 1 行没有 chain"):
        read_openings(None, chains_in(tmp_path, chain=NOTHING))


def test_without_a_day_each_bill_falls_under_the_rules_of_its_own(bills: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    result = CliRunner().invoke(app, ["settle", str(bills), str(out), "--policy", "yangjiang"])
    assert result.exit_code == 0, result.output
    rules = payment_policies(load_rulebook("yangjiang"))
    rows = local.rows_of(pq.read_table(bills).combine_chunks().to_batches()[0])
    expected = settle_batch(rows, rules)
    assert pq.read_table(out)["fund_cents"].to_pylist() == expected["fund_cents"][expected["fault"] == 0].tolist()


def test_the_command_settles_by_a_citys_rules(bills: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    command = ["settle", str(bills), str(out), "--policy", "yangjiang", "--on", "2017-07-01"]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output
    assert "set aside" in result.output and (tmp_path / "out.aside.parquet").exists()
    assert len(pq.read_table(out)) > 2900


def test_the_command_says_what_is_wrong_with_a_file(tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": [1]}), tmp_path / "bills.parquet")
    given = [str(tmp_path / "bills.parquet"), str(tmp_path / "out.parquet")]
    result = CliRunner().invoke(app, ["settle", *given, "--policy", "yangjiang", "--on", "2017-07-01"])
    assert result.exit_code == 1 and "person" in result.output
    assert not (tmp_path / "out.parquet").exists()
    unknown = CliRunner().invoke(app, ["settle", *given, "--policy", "nowhere", "--on", "2017-07-01"])
    assert unknown.exit_code == 2
