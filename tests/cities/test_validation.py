"""A wrong entry is refused with file, place and remedy: each case of wrong_entries.csv spoils one thing in a copy."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from fenji.cities import network as network_module
from fenji.cities.errors import NetworkError
from fenji.cities.network import load_network, read_network

WRONG_ENTRIES = list(csv.DictReader((Path(__file__).parent / "wrong_entries.csv").read_text("utf-8").splitlines()))
Spoil = Callable[[str, str, str], NetworkError]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(network_module.CITIES / "yangjiang" / "network", tmp_path / "network"))


@pytest.fixture
def spoil(folder: Path) -> Spoil:
    """Replace the first `old` of a file by `new` and give the error that loading raises."""

    def spoiled(file: str, old: str, new: str) -> NetworkError:
        content = (folder / file).read_text("utf-8")
        assert old in content
        (folder / file).write_text(content.replace(old, new, 1), "utf-8")
        with pytest.raises(NetworkError) as caught:
            read_network(folder)
        error = caught.value
        assert error.file == file
        assert str(error) == f"{error.file}: {error.key}: {error.problem}; {error.remedy}"
        assert error.remedy
        return error

    return spoiled


def test_an_unspoilt_copy_loads_as_the_original(folder: Path) -> None:
    assert read_network(folder) == load_network("yangjiang")


@pytest.mark.parametrize("case", WRONG_ENTRIES, ids=lambda case: f"{case['file']}: {case['key']}: {case['problem']}")
def test_one_wrong_entry_is_named(spoil: Spoil, case: dict[str, str]) -> None:
    error = spoil(case["file"], case["old"], case["new"])
    assert error.key == case["key"]
    assert case["problem"] and case["problem"] in error.problem


def test_a_unit_listed_and_chosen_is_counted_once(spoil: Spoil) -> None:
    listed = '"jiangcheng-people", "jiangcheng-shuangjie-township", "jiangcheng-buchang-township"]'
    both = '"jiangcheng-people"]\nwhere = { kinds = ["general"], regions = ["441702"] }\ncount = 2'
    error = spoil("links.toml", listed, both)
    assert error.problem == "the source counts 2, the files hold 1"


def first_template(folder: Path, old: str, new: str) -> NetworkError:
    """Spoil the department templates; the entry at fault is then the institution that has no right departments."""
    path = folder / "departments.toml"
    head, tail = path.read_text("utf-8").split("[[template]]", 1)
    assert old in tail
    path.write_text(head + "[[template]]" + tail.replace(old, new, 1), "utf-8")
    with pytest.raises(NetworkError) as caught:
        read_network(folder)
    return caught.value


def test_an_institution_without_office_is_refused(folder: Path) -> None:
    error = first_template(folder, '"office", ', "")
    assert (error.file, error.key) == ("hospitals.toml", "institution[1] (yangjiang-people).departments")
    assert "0 coordination offices" in error.problem


def test_two_offices_are_refused(folder: Path) -> None:
    error = first_template(folder, '"office", ', '"office", "office", ')
    assert "2 coordination offices" in error.problem


def test_an_institution_without_template_is_refused(folder: Path) -> None:
    error = first_template(folder, 'kinds = ["public_health"]', 'kinds = ["clinic"]')
    assert error.key == "institution[4] (yangjiang-public-health).kind"


def test_the_same_tie_twice_is_refused(folder: Path) -> None:
    path = folder / "links.toml"
    entry = '\n[[link]]\nkind = "group"\nupper = "yangjiang-people"\nlower = ["jiangcheng-people"]\nbasis = "assumed"\n'
    path.write_text(path.read_text("utf-8") + entry, "utf-8")
    with pytest.raises(NetworkError, match=r"group to jiangcheng-people is already at link\[1\]"):
        read_network(folder)


@pytest.mark.parametrize("file", ["city.toml", "regions.csv", "primary.csv", "links.toml", "teams.toml"])
def test_a_missing_file_is_named(folder: Path, file: str) -> None:
    (folder / file).unlink()
    with pytest.raises(NetworkError, match=f"{file}: file: does not exist"):
        read_network(folder)


def test_a_table_saved_in_another_encoding_is_named(folder: Path) -> None:
    path = folder / "primary.csv"
    path.write_bytes(path.read_text("utf-8").encode("gb18030"))
    with pytest.raises(NetworkError, match=r"primary.csv: file: is not UTF-8"):
        read_network(folder)


def test_a_table_saved_by_a_spreadsheet_with_a_mark_at_its_start_is_read(folder: Path) -> None:
    path = folder / "primary.csv"
    path.write_text(path.read_text("utf-8").replace("\n", "\r\n"), "utf-8-sig")
    assert read_network(folder) == load_network("yangjiang")
