"""The committed reference pages are those the data gives."""

from pathlib import Path

import pytest

from fenji.cities.code_tables import code_table
from fenji.cities.network import load_network
from fenji.cities.reference import main, pages

DOCS = Path(__file__).parents[2] / "docs" / "reference"


@pytest.mark.parametrize("name", ["network.md", "codes.md"])
def test_page_is_up_to_date(name: str) -> None:
    advice = "run: python -m fenji.cities.reference docs/reference"
    assert (DOCS / name).read_text("utf-8") == pages()[name], advice


def test_pages_are_written_where_asked(tmp_path: Path) -> None:
    main(tmp_path)
    assert {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()} == pages()


def test_network_page_shows_every_institution_but_the_village_stations() -> None:
    page = pages()["network.md"]
    for one in load_network("yangjiang").institutions:
        assert (f"| {one.code} |" in page) == (one.kind.value != "village_station")


def test_network_page_gives_the_group_with_its_clause() -> None:
    row = "| 市人民医院 | group |  | 江城区人民医院、双捷镇卫生院、埠场镇卫生院 | 3 | stated | Y 二(三)1 |"
    assert row in pages()["network.md"]


def test_codes_page_lists_every_code() -> None:
    page = pages()["codes.md"]
    for name in ("specialties", "ws218"):
        assert all(f"| {code} |" in page for code in code_table(name).codes)
