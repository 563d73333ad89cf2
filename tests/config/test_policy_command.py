"""`fenji policy` as an officer types it: no database, no installation."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from fenji.config.cli import app
from fenji.config.cli import policy as command
from fenji.rulebook import RulebookError


def fenji(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["policy", *arguments], env={"COLUMNS": "160"})


def test_show_says_value_date_pack_status_ground_and_who_leads() -> None:
    found = fenji("show", "yangjiang", "--on", "2017-07-01", "--about", "medicines.long")
    assert found.exit_code == 0, found.output
    for words in (
        "阳江市 2017-07-01", "基层慢性病长处方最长：30 天", "自 2017-01-01", "出处写明", "二(十一)", "市卫生计生局负责",
    ):  # fmt: skip
        assert words in found.output


def test_show_of_an_earlier_day_is_another_value() -> None:
    found = fenji("show", "yangjiang", "--on", "2016-07-01", "--about", "medicines.long")
    assert "28 天" in found.output and "全国" in found.output and "假设" in found.output


def test_show_gives_the_whole_as_json() -> None:
    rows = json.loads(fenji("show", "qinghai", "--on", "2014-01-01", "--json").output)
    stepwise = next(row for row in rows if row["key"] == "choice.stepwise")
    assert len(rows) > 100 and stepwise["value"] is True and stepwise["status"] == "stated"
    assert stepwise["layer"] == "qinghai"


def test_diff_of_two_cities_and_of_one_on_two_days() -> None:
    cities = fenji("diff", "yangjiang", "qinghai", "--on", "2020-01-01").output
    assert "choice.stepwise" in cities and "阳江市 2020-01-01" in cities and "青海省 2020-01-01" in cities
    days = fenji("diff", "yangjiang@2016-07-01", "yangjiang@2017-07-01").output
    assert "payment.deductible_rule.chain" in days and "choice.stepwise" not in days
    assert "没有不同" in fenji("diff", "yangjiang@2020-07-01", "yangjiang@2021-07-01").output


def test_check_passes_for_what_is_shipped() -> None:
    found = fenji("check", "qinghai")
    assert found.exit_code == 0 and "手算的算例（16）" in found.output


def test_loopholes_are_said_and_fail_only_if_asked_to() -> None:
    found = fenji("check", "shanghai")
    assert found.exit_code == 0 and "到更高级别就诊并不多付" in found.output
    assert fenji("check", "shanghai", "--strict").exit_code == 1
    assert fenji("check", "hospital_run", "--strict").exit_code == 0  # compulsory first contact leaves none


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("show", "atlantis"), "没有 atlantis"),
        (("show", "china"), "没有 china"),  # nobody is cared for by a nation's pack
        (("check", "atlantis"), "没有 atlantis"),
        (("diff", "yangjiang", "atlantis"), "没有 atlantis"),
        (("show", "yangjiang", "--on", "2017-02-30"), "不是日期"),
        (("diff", "yangjiang@yesterday", "qinghai"), "不是日期"),
        (("show", "yangjiang", "--about", "nothing"), "没有以 'nothing' 开头的项"),
        (("show", "yangjiang", "--on", "1999-01-01"), "没有以 '' 开头的项"),
    ],
)
def test_a_wrong_word_is_said_and_fails(arguments: tuple[str, ...], words: str) -> None:
    found = fenji(*arguments)
    assert found.exit_code == 2
    assert words in found.output.replace("\n", "")


def test_a_fault_in_a_file_is_said_with_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(city: str) -> None:
        raise RulebookError("缺少来源", expected="出处", remedy="写明", file=Path("a.toml"), line=7, key="[x]")

    monkeypatch.setattr(command, "_rulebook", broken)
    found = fenji("check", "yangjiang")
    assert found.exit_code == 1 and "a.toml 第 7 行（[x]）：缺少来源" in found.output
