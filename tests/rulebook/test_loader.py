"""Loading a city: what is unfounded or unclear is refused, with file, line, what was expected, the remedy."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from fenji.rulebook import NotInRulebook, RulebookError
from fenji.rulebook.loader import CITIES, read_rulebook

GOOD = """\
# a comment
[[booking.weeks_ahead]]
from = 2017-01-01
value = 4
source = "Y"
clause = "二(七)2"
status = "stated"
"""
SOURCES = '[Y]\ntitle = "方案"\n'
City = Callable[..., Path]


@pytest.fixture
def city(tmp_path: Path) -> City:
    def make(text: str = GOOD, sources: str = SOURCES) -> Path:
        policy = tmp_path / "testcity" / "policy"
        policy.mkdir(parents=True)
        (policy / "sources.toml").write_text(sources, encoding="utf-8")
        (policy / "booking.toml").write_text(text, encoding="utf-8")
        return tmp_path / "testcity"

    return make


def refused(folder: Path) -> RulebookError:
    with pytest.raises(RulebookError) as caught:
        read_rulebook(folder)
    return caught.value


def test_a_good_file_loads_with_its_provenance(city: City) -> None:
    dated = read_rulebook(city()).value("booking.weeks_ahead", on=date(2020, 1, 1))
    assert (dated.value, dated.source, dated.clause, dated.status) == (4, "Y", "二(七)2", "stated")


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('source = "Y"\n', "", 2, "缺少来源"),
        ('source = "Y"', 'source = "  "', 5, "缺少来源"),
        ('source = "Y"', 'source = "Z"', 5, "没有编号为 Z 的来源"),
        ('source = "Y"', 'source = "assumption: 理由"', 7, "来源与状态不符"),
        ('source = "Y"', 'source = "assumption:"', 7, "来源与状态不符"),
        ('status = "stated"', 'status = "assumed"', 7, "来源与状态不符"),
        ('status = "stated"', 'status = "sure"', 7, "状态不对"),
        ('status = "stated"\n', "", 2, "状态不对"),
        ('clause = "二(七)2"\n', "", 2, "缺少条款"),
        ("value = 4", "value = true", 4, "值的形式不对"),
        ("value = 4", "value = 99", 4, "1 到 26"),
        ("value = 4\n", "", 2, "缺少 value"),
        ("from = 2017-01-01", 'from = "2017"', 3, "缺少生效日期"),
        ("value = 4", "until = 2016-01-01\nvalue = 4", 4, "失效日期不对"),
        ("value = 4", "valeu = 4\nvalue = 4", 4, "不认识的字段 valeu"),
        ("[[booking.weeks_ahead]]", "[[booking.weeks_ahaed]]", 2, "是否指 booking.weeks_ahead"),
        ("[[booking.weeks_ahead]]", "[booking.weeks_ahead]", 3, "带日期的表"),
        ("value = 4", "value = = 4", 0, "不是合法的 TOML"),
    ],
)
def test_what_is_wrong_is_named_with_line_and_remedy(city: City, old: str, new: str, line: int, words: str) -> None:
    assert old in GOOD
    error = refused(city(GOOD.replace(old, new)))
    assert error.line == line and error.file is not None and error.file.name == "booking.toml"
    assert words in str(error) and error.expected and error.remedy


def test_an_assumption_must_give_its_reason(city: City) -> None:
    without_reason = GOOD.replace('source = "Y"', 'source = "assumption: "').replace("stated", "assumed")
    assert "假设没有理由" in str(refused(city(without_reason)))


def test_the_second_of_two_tables_is_found_on_its_own_line(city: City) -> None:
    second = GOOD.replace("from = 2017-01-01", "from = 2020-01-01").replace('source = "Y"', 'source = "Q"')
    error = refused(city(GOOD.replace("value = 4", "until = 2020-01-01\nvalue = 4") + "\n" + second))
    assert error.line == 14


def test_two_values_on_one_day_are_refused(city: City) -> None:
    later = GOOD.replace("from = 2017-01-01", "from = 2020-01-01")
    assert "until = 2020-01-01" in refused(city(GOOD + later)).remedy


def test_one_key_in_two_files_is_refused(city: City) -> None:
    folder = city()
    shutil.copy(folder / "policy" / "booking.toml", folder / "policy" / "more.toml")
    assert "两个文件" in str(refused(folder))


def test_a_source_without_title_is_refused(city: City) -> None:
    assert "title" in refused(city(sources='[Y]\nname = "方案"\n')).expected


def test_a_city_without_files_is_refused(tmp_path: Path) -> None:
    assert "没有政策文件" in str(refused(tmp_path))


def test_values_follow_each_other_on_their_dates_half_open(city: City) -> None:
    later = GOOD.replace("from = 2017-01-01", "from = 2020-01-01").replace("value = 4", "value = 8")
    rulebook = read_rulebook(city(GOOD.replace("value = 4", "until = 2020-01-01\nvalue = 4") + later))
    assert rulebook.value("booking.weeks_ahead", on=date(2019, 12, 31)).value == 4
    assert rulebook.value("booking.weeks_ahead", on=date(2020, 1, 1)).value == 8


def test_before_the_first_date_there_is_no_value(city: City) -> None:
    with pytest.raises(NotInRulebook, match=r"testcity: booking\.weeks_ahead"):
        read_rulebook(city()).value("booking.weeks_ahead", on=date(2016, 12, 31))


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    shutil.copytree(CITIES / "yangjiang", tmp_path / "yangjiang", ignore=shutil.ignore_patterns("network"))
    return tmp_path / "yangjiang"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('measure = "spo2", below = 90', 'measure = "sp02", below = 90', "没有指标 sp02"),
        ('measure = "spo2", below = 90', 'measure = "spo2", below = 900', "界值 900"),
        ('measure = "spo2", below = 90', 'measure = "spo2", under = 90', "under"),
        ('urgency = "emergency"', 'urgency = "soon"', "urgency 不对"),
        ('direction = "up"', 'direction = "north"', "direction 不对"),
        ('code = "general.coma"', 'code = "general.trauma"', "写了两次"),
        ('title = "昏迷或意识障碍"\n', "", "缺少 title"),
        ('source = "TRIGGERS2026"', 'source = "SOMEWHERE"', "没有编号为 SOMEWHERE"),
        ('status = "assumed", why = "模板未写机构级别；取有急诊科的二级以上医院"', 'status = "assumed"', "去向是假设"),
        ("tier = 3", "tier = 9", "去向不对"),
        ("from = 2017-01-01\n", "", "缺少生效日期"),
        ("specialty =", "speciality =", "缺少 specialty"),
        ('disease = "general"', 'diagnoses = ["everything"]\ndisease = "general"', "诊断范围不对"),
    ],
)
def test_a_criterion_that_is_wrong_is_refused_with_its_line(copied: Path, old: str, new: str, words: str) -> None:
    file = copied / "catalogue" / "general.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    error = refused(copied)
    assert words in str(error)
    assert error.line > 0 or "写了两次" in words


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("high = 120", "high = -1", "可信范围"),
        ('kind = "number"', 'kind = "numeral"', "类别"),
        ('name = "年龄"\n', "", "写得不全"),
        (
            'choices = { "none" = "无心脏病", "1" = "I 级", "2" = "II 级", "3" = "III 级", "4" = "IV 级" }',
            "",
            "没有选项",
        ),
    ],
)
def test_a_measure_that_is_wrong_is_refused(copied: Path, old: str, new: str, words: str) -> None:
    file = copied / "catalogue" / "measures.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert words in str(refused(copied))
