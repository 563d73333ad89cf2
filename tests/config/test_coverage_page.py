"""The page of coverage is honest in form: every requirement once, every path there, the README counting alike."""

import re
from collections import Counter

from fenji.config.home import PROJECT

PAGE = (PROJECT / "docs/reference/coverage.md").read_text(encoding="utf-8")
LAST = {"A": 8, "B": 7, "C": 7, "D": 4, "E": 10, "F": 4, "G": 5, "H": 7, "I": 4, "J": 12, "K": 11, "L": 2, "M": 3}
STATES = ("works", "partly", "not yet")


def rows() -> list[list[str]]:
    lines = re.findall(r"^\| ([A-M]\d+ \|.+)\|$", PAGE, re.MULTILINE)
    return [[cell.strip() for cell in line.split("|")] for line in lines]


def paths(cell: str) -> list[str]:
    """Every path that a cell names; braces stand for several."""
    found = []
    for words in re.findall(r"`([^`(]+)`", cell):
        before, several, after = re.fullmatch(r"([^{]*)(?:\{([^}]*)\})?(.*)", words).groups()  # type: ignore[union-attr]
        found += [f"{before}{one}{after}" for one in (several or "").split(",")]
    return [path if path.startswith("tests/") else f"fenji/{path}" for path in found]


def test_every_requirement_stands_once_with_a_state():
    assert [row[0] for row in rows()] == [f"{part}{n}" for part, last in LAST.items() for n in range(1, last + 1)]
    assert {row[2] for row in rows()} == set(STATES)


def test_what_is_there_names_code_and_tests_that_exist():
    for row in rows():
        if row[2] != "not yet":
            code, tests = row[4], row[5]
            assert paths(code) and paths(tests), row[0]
            assert all(path.startswith("tests/") for path in paths(tests)), row[0]
            missing = [path for path in paths(code) + paths(tests) if not (PROJECT / path).exists()]
            assert missing == [], row[0]


def test_a_path_that_is_not_there_would_be_noticed():
    assert paths("`kernel/{criteria,nothing}.py`, `tests/races`") == [
        "fenji/kernel/criteria.py",
        "fenji/kernel/nothing.py",
        "tests/races",
    ]
    assert not (PROJECT / "fenji/kernel/nothing.py").exists()


def test_the_readmes_count_as_the_page_does():
    count = Counter(row[2] for row in rows())
    english = (PROJECT / "README.md").read_text(encoding="utf-8")
    chinese = (PROJECT / "README.zh.md").read_text(encoding="utf-8")
    assert f"Of {len(rows())} requirements {count['works']} work in full, {count['partly']} in part" in english
    assert f"{len(rows())} 项要求里，完全做到的 {count['works']} 项，部分做到的 {count['partly']} 项" in chinese
