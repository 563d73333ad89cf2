"""Who is responsible, read from the document's own words: the first department named leads (Y 二(一))."""

from datetime import date
from pathlib import Path

import pytest

from fenji.rulebook import RulebookError, load_rulebook
from fenji.rulebook.schema import Source
from fenji.rulebook.sources import read_sources, responsible_for

YANGJIANG = load_rulebook("yangjiang")
ON = date(2020, 1, 1)


def leads(key: str) -> list[tuple[str, str]]:
    return [(one.clause, one.lead) for one in YANGJIANG.responsible(YANGJIANG.value(key, on=ON))]


def test_the_first_named_leads_and_the_others_take_part() -> None:
    (found,) = YANGJIANG.responsible(YANGJIANG.value("provider.global_budget", on=ON))
    assert (found.clause, found.lead) == ("二(十四)", "市人力资源社会保障局")
    assert found.others == ("市卫生计生局", "发展改革局")


def test_several_that_each_lead_are_named_in_their_order() -> None:
    source = YANGJIANG.sources["Y"]
    (found,) = responsible_for(source, "二(十三)：激发基层活力")
    assert (found.lead, found.others) == ("市卫生计生局", ("人力资源社会保障局", "财政局"))


def test_the_longest_clause_counts_and_two_clauses_give_two() -> None:
    assert leads("choice.consortium") == [("二(七)4", "市卫生计生局")]
    assert [clause for clause, _ in leads("choice.home_first")] == ["二(八)1", "二(七)4"]


def test_an_assumption_is_seen_to_by_whom_its_clause_names() -> None:
    assert leads("payment.deductible_rule.chain") == [("二(十四)", "市人力资源社会保障局")]


def test_what_rests_on_no_clause_of_the_plan_has_nobody() -> None:
    assert leads("payment.rounding") == [] and leads("choice.exempt_groups") == []
    assert responsible_for(Source("X", "别的文件"), "二(七)4") == ()


def test_every_clause_of_the_plan_that_a_value_states_has_a_department() -> None:
    stated = [
        dated
        for rows in YANGJIANG.values.values()
        for dated in rows
        if dated.source == "Y" and dated.layer == "yangjiang"
    ]
    assert len(stated) > 15
    assert [dated.key for dated in stated if not YANGJIANG.responsible(dated)] == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[Y]\ntitle = "方案"\n[Y.responsible]\n"二" = "市卫生计生局"\n', "责任部门写得不对：二"),
        ('[Y]\ntitle = "方案"\n[Y.responsible]\n"二" = 3\n', "责任部门写得不对：二"),
        ('[Y]\ntitle = "方案"\nresponsible = "市卫生计生局负责"\n', "责任部门写得不对"),
        ('[Y]\ntitle = "方案"\nowner = "x"\n', "来源写得不全"),
        ('Y = "方案"\n', "来源写得不全"),
    ],
)
def test_a_wrong_source_is_refused_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "sources.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(RulebookError, match=words) as caught:
        read_sources(file, {})
    assert caught.value.file == file and caught.value.remedy
