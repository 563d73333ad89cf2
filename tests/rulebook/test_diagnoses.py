"""Diagnoses: found as people write them, ranked as they mean them, and replaced by a city's official table."""

import csv
from pathlib import Path

import pytest
import xlsxwriter

from fenji.cities.code_tables import code_table
from fenji.rulebook import RulebookError
from fenji.rulebook.diagnoses import CODE, load_diagnoses, read_official, specialty_of, table_from_rows

TABLE = load_diagnoses()


def found(query: str, limit: int = 20) -> list[str]:
    return [diagnosis.code for diagnosis in TABLE.search(query, limit)]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("高血压", "I10"),
        ("原发性高血压", "I10"),
        ("gaoxueya", "I10"),
        ("gao xue ya", "I10"),
        ("GXY", "I10"),
        ("i10", "I10"),
        ("冠心病", "I25.1"),
        ("慢阻肺", "J44.9"),
        ("copd", "J44.9"),
        ("2型糖尿病", "E11.9"),
        ("2 型糖尿病", "E11.9"),
        ("E11.9", "E11.9"),
        ("中风", "I64"),
        ("naocuzhong", "I64"),
        ("heart failure", "I50.9"),
        ("发烧", "R50.9"),
        ("糖尿病 足", "E11.5"),
        ("肺炎", "J18.9"),
    ],
)
def test_what_people_type_finds_what_they_mean_first(query: str, code: str) -> None:
    assert found(query)[0] == code


def test_a_code_prefix_finds_its_codes_in_order() -> None:
    codes = found("E11", 50)
    assert codes and all(code.startswith("E11") for code in codes)


@pytest.mark.parametrize("query", ["", "   ", "zzzz", "不存在的病", "???", "\n", "%"])
def test_what_fits_nothing_finds_nothing(query: str) -> None:
    assert found(query) == []


def test_no_more_than_asked_for_and_the_same_every_time() -> None:
    assert len(found("急性", 5)) == 5
    assert found("急性", 5) == found("急性", 50)[:5] == found("急性", 5)


def test_every_diagnosis_is_found_by_its_own_name_and_code() -> None:
    for diagnosis in TABLE.all:
        assert found(diagnosis.code)[0] == diagnosis.code
        assert diagnosis.code in found(diagnosis.name, 5), diagnosis


def test_the_table_is_whole() -> None:
    codes = [diagnosis.code for diagnosis in TABLE.all]
    assert len(codes) == len(set(codes)) >= 700
    assert {code[0] for code in codes} >= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ") - {"U", "Y"}
    assert all(CODE.match(one.code) and one.name and one.name_en for one in TABLE.all)


def test_every_diagnosis_belongs_to_a_licensed_specialty() -> None:
    specialties = code_table("specialties").codes
    assert {diagnosis.specialty for diagnosis in TABLE.all} <= set(specialties)


@pytest.mark.parametrize(
    ("code", "specialty"),
    [("I10", "03.04"), ("I63.9", "03.03"), ("E11.9", "03.07"), ("J44.9", "03.01"), ("O14.1", "05.02"),
     ("F20.9", "15"), ("A15.0", "17"), ("S72.0", "04.03"), ("J06.9", "02"), ("I10.x00", "03.04"), ("", "02")],
)  # fmt: skip
def test_a_diagnosis_has_its_usual_specialty(code: str, specialty: str) -> None:
    assert specialty_of(code) == specialty


def test_a_childs_inner_medicine_is_paediatrics_but_its_fracture_is_not() -> None:
    assert specialty_of("J18.9", is_child=True) == "07"
    assert specialty_of("S72.0", is_child=True) == "04.03"


@pytest.mark.parametrize(
    ("code", "known"), [("I10", "I10"), ("i10.x00x002", "I10"), ("E11.900", "E11.9"), ("J44.1", "J44.1")]
)
def test_a_finer_national_code_falls_back_to_the_one_it_refines(code: str, known: str) -> None:
    diagnosis = TABLE.get(code)
    assert diagnosis is not None and diagnosis.code == known


@pytest.mark.parametrize("code", ["", "X", "Z99.9", "I1"])
def test_a_code_that_is_unknown_is_none(code: str) -> None:
    assert TABLE.get(code) is None


OFFICIAL = [["诊断代码", "诊断名称"], ["I10.x00x002", "高血压病1级"], ["A00.000", "古典生物型霍乱"], ["", ""]]


def test_a_citys_official_csv_takes_its_place(tmp_path: Path) -> None:
    for encoding in ("utf-8-sig", "gb18030"):
        file = tmp_path / f"{encoding}.csv"
        with file.open("w", encoding=encoding, newline="") as out:
            csv.writer(out).writerows(OFFICIAL)
        table = read_official(file)
        assert [one.code for one in table.all] == ["I10.x00x002", "A00.000"]
        assert table.search("gxyb")[0].specialty == "03.04"
        assert table.get("I10.X00X002") is not None


def test_a_citys_official_xlsx_takes_its_place(tmp_path: Path) -> None:
    file = tmp_path / "official.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(OFFICIAL):
            sheet.write_row(number, 0, row)
    assert [one.name for one in read_official(file).all] == ["高血压病1级", "古典生物型霍乱"]


def test_bad_rows_are_all_named_and_nothing_is_half_loaded() -> None:
    rows = [["编码", "名称"], ["I10", "高血压"], ["I10", "又一次"], ["高血压", "I10"], ["J18", ""]]
    with pytest.raises(RulebookError) as caught:
        table_from_rows(rows)
    assert all(
        part in str(caught.value) for part in ("第 3 行", "重复", "第 4 行", "不像 ICD-10", "第 5 行", "没有名称")
    )


@pytest.mark.parametrize("rows", [[], [["a", "b"]], [["编码"]]])
def test_headings_that_are_not_known_are_refused(rows: list[list[str]]) -> None:
    with pytest.raises(RulebookError, match="表头"):
        table_from_rows(rows)


def test_a_file_that_is_no_table_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "broken.xlsx"
    file.write_bytes(b"not a workbook")
    with pytest.raises(RulebookError, match="读不了"):
        read_official(file)
    file = tmp_path / "broken.csv"
    file.write_bytes(b"\xff\xff\xfe\x00\x81")
    with pytest.raises(RulebookError, match="文字编码"):
        read_official(file)
