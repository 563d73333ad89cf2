"""Files that are no tables, or are meant to do harm, are refused before a row is looked at."""

import io
import zipfile

import pytest
import xlsxwriter

from fenji.exchange import sheets
from fenji.exchange.errors import FileRefused
from fenji.exchange.kinds import KINDS
from fenji.exchange.sheet_writing import template_of
from fenji.exchange.sheets import rows_of
from fenji.exchange.table import read_table
from tests.exchange.conftest import sheet_csv, xlsx


def test_xlsx_and_csv_give_the_same_rows():
    table = [("名称", "代码"), ("甲", "1"), ("乙", "2")]
    expected = [list(row) for row in table]
    assert rows_of(xlsx(*table), "a.xlsx") == expected
    assert rows_of(sheet_csv(*table), "a.csv") == expected
    assert rows_of(sheet_csv(*table, encoding="gb18030"), "a.CSV") == expected
    assert rows_of("名称\t代码\n甲\t1\n乙\t2\n".encode(), "a.txt") == expected


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "a.csv"), (b"", "a.xlsx"), (b"PK\x03\x04broken", "a.xlsx"),
        (b"%PDF-1.7", "a.pdf"), (b"\xd0\xcf\x11\xe0", "a.xls"),
        (b"a,b\n\x00,1", "a.csv"), (b'a,"b\n1,2', "a.csv"), (b"\n\n , \n", "a.csv"), (b"<html>", "a.html"),
        (xlsx(), "a.xlsx"), (b"\xff\xfe\xff\xff\xff", "a.csv"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_with_a_remedy(content: bytes, name: str):
    with pytest.raises(FileRefused) as refused:
        rows_of(content, name)
    assert str(refused.value.remedy)


def _zip(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_a_zip_bomb_is_refused_by_what_it_announces(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sheets, "MOST_UNPACKED", 1_000_000)
    with pytest.raises(FileRefused, match="过大"):
        rows_of(_zip(bomb=b"0" * 2_000_000), "a.xlsx")


def test_a_zip_bomb_that_lies_about_its_size_is_refused():
    content = bytearray(_zip(bomb=b"0" * 200_000))
    honest, lie = (200_000).to_bytes(4, "little"), (10).to_bytes(4, "little")
    with pytest.raises(FileRefused, match="损坏"):
        rows_of(bytes(content.replace(honest, lie)), "a.xlsx")


def test_too_many_parts_are_refused():
    with pytest.raises(FileRefused, match="过大"):
        rows_of(_zip(**{f"p{n}": b"x" for n in range(sheets.MOST_PARTS + 1)}), "a.xlsx")


def test_size_rows_and_columns_are_bounded(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(FileRefused, match="最多"):
        rows_of(xlsx(range(sheets.MOST_COLUMNS + 1)), "a.xlsx")
    monkeypatch.setattr(sheets, "MOST_ROWS", 3)
    for content, name in ((xlsx(*[("a",)] * 5), "a.xlsx"), (sheet_csv(*[("a",)] * 6), "a.csv")):
        with pytest.raises(FileRefused, match="3 行"):
            rows_of(content, name)
    monkeypatch.setattr(sheets, "MOST_BYTES", 10)
    with pytest.raises(FileRefused, match="超过"):
        rows_of(b"a,b,c,d,e,f\n", "a.csv")


def test_a_cell_that_lies_far_away_makes_no_giant_table():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "名称")
        sheet.write(1_048_575, 16_383, "x")
    with pytest.raises(FileRefused, match="过大"):
        rows_of(out.getvalue(), "a.xlsx")


def test_formulas_are_refused_whole():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "名称")
        sheet.write_formula(1, 0, "=1+1", None, 2)
    with pytest.raises(FileRefused, match="公式") as refused:
        rows_of(out.getvalue(), "a.xlsx")
    assert "数值" in str(refused.value.remedy)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_template_can_be_sent_back_as_it_is(kind):
    rows = rows_of(template_of(kind), "template.xlsx")
    assert [str(cell).rstrip("*") for cell in rows[0]] == [column.title for column in kind.columns]
    read, outcome = read_table(rows, kind.columns)
    assert (read, outcome.rows, outcome.fault_count) == ([], 0, 0)  # the example row is passed over


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (("机构代码",), "缺少这些列"),
        (("机构代码", "机构名称", "机构名称", "类别", "层级", "所属区划"), "两次"),
        (("机构代码", "机构名称", "类别", "层级", "所属区划", "密码"), "第 6 列"),
    ],
)
def test_headers_that_do_not_fit_are_named(header: tuple[str, ...], words: str):
    with pytest.raises(FileRefused, match=words):
        read_table([header, ("x",)], KINDS["institutions"].columns)


def test_every_fault_has_row_column_and_reason():
    header = ("机构代码", "机构名称", "类别", "层级", "所属区划", "经度")
    rows = [header, ("a", "甲", "综合医院", "县级", "441721", 111.6), ("", "乙", "诊所里", "县级", "441721", "东")]
    read, outcome = read_table(rows, KINDS["institutions"].columns)
    assert [row.number for row in read] == [2]
    assert outcome.rows == 2
    assert {(fault.row, fault.column) for fault in outcome.faults} == {(3, "机构代码"), (3, "类别"), (3, "经度")}
    assert all(fault.reason for fault in outcome.faults)
