"""The reference pages say what the data say."""

from pathlib import Path

from fenji.rulebook import load_rulebook
from fenji.rulebook.keys import KEYS
from fenji.rulebook.packs import available_policies
from fenji.rulebook.pages import FOREVER, PAGES, outdated, render_catalogue_page, write
from fenji.rulebook.policy_pages import render_city_page, render_keys_page

ROOT = Path(__file__).resolve().parents[2]


def test_the_pages_in_the_documents_are_up_to_date() -> None:
    assert outdated(ROOT) == []


def test_a_page_that_differs_or_is_missing_is_named(tmp_path: Path) -> None:
    assert outdated(tmp_path) == list(PAGES)
    write(tmp_path)
    assert outdated(tmp_path) == []
    (tmp_path / "docs/reference/policy.md").write_text("other", encoding="utf-8")
    assert outdated(tmp_path) == ["docs/reference/policy.md"]


def test_every_criterion_measure_and_key_is_on_a_page() -> None:
    catalogue, page = load_rulebook("yangjiang").catalogue(FOREVER), render_catalogue_page()
    assert all(f"`{code}`" in page for code in (*catalogue.by_code, *catalogue.measures))
    assert all(f"`{key}`" in render_keys_page() for key in KEYS)


def test_a_city_says_on_its_page_what_is_its_own_and_what_it_rests_on() -> None:
    assert {f"docs/reference/policy/{pack.code}.md" for pack in available_policies()} < set(PAGES)
    page = render_city_page("yangjiang")
    assert all(f"`{key}`" in page for key in KEYS)
    own, province, nation = (page.index(f"## {name}") for name in ("阳江市", "广东省", "全国"))
    assert own < page.index("`contract.team`") < province < page.index("`payment.ratio.inpatient`") < nation
    assert "市人力资源社会保障局负责，市卫生计生局、发展改革局参与" in page


def test_no_row_breaks_its_table() -> None:
    for page in (render() for render in PAGES.values()):
        rows = [line for line in page.splitlines() if line.startswith("|")]
        assert rows and all(line.endswith("|") for line in rows)
        assert {line.count(" | ") for line in rows if not line.startswith("| ---")} <= {2, 3, 5}
