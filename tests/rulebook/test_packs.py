"""Nation, province, city: which pack rests on which, who says what, and every fault of that, by file and line."""

from datetime import date
from pathlib import Path

import pytest

from fenji.rulebook import RulebookError, load_rulebook
from fenji.rulebook.keys import CHAPTERS, KEYS
from fenji.rulebook.loader import CITIES, read_rulebook
from fenji.rulebook.packs import available_packs, available_policies, layers_of, read_pack

TODAY = date(2026, 3, 4)
NATION = """\
[[booking.weeks_ahead]]
from = 2010-01-01
value = 4
source = "N"
clause = "一"
status = "stated"

[[choice.nearest]]
from = 2010-01-01
value = true
source = "N"
clause = "二"
status = "stated"
"""
CITY = """\
[[booking.weeks_ahead]]
from = 2017-01-01
until = 2020-01-01
value = 8
source = "C"
clause = "三"
status = "stated"
"""


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    """A nation, and a city on it."""
    for code, text, source, pack in (
        ("land", NATION, "N", 'name = "国"\nname_en = "Land"\nis_city = false\n'),
        ("town", CITY, "C", 'name = "城"\nname_en = "Town"\nrests_on = "land"\n'),
    ):
        (tmp_path / code / "policy").mkdir(parents=True)
        (tmp_path / code / "pack.toml").write_text(pack, encoding="utf-8")
        (tmp_path / code / "policy" / "rules.toml").write_text(text, encoding="utf-8")
        (tmp_path / code / "policy" / "sources.toml").write_text(
            f'[{source}]\ntitle = "{source}文"\n', encoding="utf-8"
        )
    return tmp_path


def refused(packs: Path) -> RulebookError:
    with pytest.raises(RulebookError) as caught:
        read_rulebook(packs / "town", packs)
    return caught.value


def test_a_city_speaks_first_and_its_nation_where_it_is_silent(packs: Path) -> None:
    rulebook = read_rulebook(packs / "town", packs)
    said = [rulebook.value("booking.weeks_ahead", on=date(year, 6, 1)) for year in (2016, 2018, 2021)]
    assert [(one.value, one.layer, rulebook.title_of(one.source)) for one in said] == [
        (4, "land", "N文"), (8, "town", "C文"), (4, "land", "N文"),
    ]  # fmt: skip
    assert rulebook.value("choice.nearest", on=TODAY).layer == "land"
    assert rulebook.layers == {"land": ("国", "Land"), "town": ("城", "Town")} and rulebook.name == "城"


@pytest.mark.parametrize(
    ("pack", "words", "line"),
    [
        ('name = "城"\nname_en = "Town"\nrests_on = "sea"\n', "没有这个资料包", 3),
        ('name = "城"\nname_en = "Town"\nrests_on = "town"\n', "转了一圈", 3),
        ('name = "城"\nname_en = "Town"\nrests = "land"\n', "不认识的字段 rests", 3),
        ('name = "城"\nrests_on = "land"\n', "缺少 name_en", 0),
        ('name = "城"\nname_en = "Town"\nrests_on = 3\n', "rests_on 或 is_city", 3),
        ('name = "城"\nname_en = "Town"\nis_city = "yes"\n', "rests_on 或 is_city", 0),
        ("name = = 3", "不是合法的 TOML", 0),
    ],
)
def test_a_wrong_pack_is_refused_with_line_and_remedy(packs: Path, pack: str, words: str, line: int) -> None:
    (packs / "town" / "pack.toml").write_text(pack, encoding="utf-8")
    error = refused(packs)
    assert words in str(error) and error.line == line and error.remedy
    assert error.file is not None and error.file.name == "pack.toml"


def test_a_fault_of_the_nation_is_found_in_the_nations_file(packs: Path) -> None:
    file = packs / "land" / "policy" / "rules.toml"
    file.write_text(NATION.replace("value = 4", "value = 99"), encoding="utf-8")
    error = refused(packs)
    assert error.file == file and error.line == 3


def test_one_id_does_not_name_two_documents(packs: Path) -> None:
    (packs / "town" / "policy" / "sources.toml").write_text(
        '[C]\ntitle = "C文"\n[N]\ntitle = "另一份"\n', encoding="utf-8"
    )
    error = refused(packs)
    assert "已指另一份文件" in str(error) and error.line == 3


def test_a_city_may_rest_on_a_document_of_its_nation(packs: Path) -> None:
    rules = packs / "town" / "policy" / "rules.toml"
    rules.write_text(CITY.replace('source = "C"', 'source = "N"'), encoding="utf-8")
    assert read_rulebook(packs / "town", packs).value("booking.weeks_ahead", on=date(2018, 1, 1)).source == "N"


def test_without_a_pack_file_a_folder_stands_alone(packs: Path) -> None:
    (packs / "town" / "pack.toml").unlink()
    assert [pack.code for pack, _ in layers_of(packs / "town", packs)] == ["town"]
    assert set(read_rulebook(packs / "town", packs).values) == {"booking.weeks_ahead"}


def test_the_five_policies_are_shipped_with_names_on_a_common_ground() -> None:
    assert {pack.code for pack in available_policies()} == {
        "yangjiang", "shanghai", "hospital_run", "qinghai", "zhenjiang",
    }  # fmt: skip
    assert {pack.code for pack in available_packs() if not pack.is_city} == {"china", "guangdong"}
    assert [pack.code for pack, _ in layers_of(CITIES / "yangjiang")] == ["china", "guangdong", "yangjiang"]
    assert "假设" in read_pack(CITIES / "hospital_run").name  # the text does not name that city


@pytest.mark.parametrize("city", [pack.code for pack in available_policies()])
def test_every_city_answers_every_key_and_never_dresses_an_amount_up_as_stated(city: str) -> None:
    rulebook = load_rulebook(city)
    assert set(rulebook.values) == set(KEYS)
    for key in KEYS:
        dated = rulebook.value(key, on=TODAY)
        assert KEYS[key].shape.words(dated.value, False) and KEYS[key].shape.words(dated.value, True)
        if key.startswith(("payment.", "contract.fee.", "provider.package_per_head_amount")):
            assert dated.status != "stated", key  # the documents give forms, no amounts


def test_what_the_documents_do_state_is_stated() -> None:
    stated = {
        "shanghai": (
            "first_contact.rule",
            "first_contact.older_from_years",
            "contract.key_groups",
            "medicines.extended_prescription",
        ),
        "hospital_run": ("first_contact.rule", "contract.team", "medicines.aligned_formulary"),
        "qinghai": ("choice.stepwise", "referral.approval.primary", "cost_control.measured", "referral.insurer_step"),
        "zhenjiang": ("contract.team", "provider.down_referred_price", "provider.down_referred_budget"),
        "yangjiang": ("contract.no_other_charges", "medicines.long_prescription_days", "provider.form"),
    }
    for city, keys in stated.items():
        for key in keys:
            assert load_rulebook(city).value(key, on=TODAY).status == "stated", (city, key)


def test_the_five_differ_where_the_documents_say_so() -> None:
    rules = {
        pack.code: load_rulebook(pack.code).value("first_contact.rule", on=TODAY).value for pack in available_policies()
    }
    assert rules == {
        "yangjiang": "guided", "shanghai": "older_first", "hospital_run": "compulsory", "qinghai": "stepwise",
        "zhenjiang": "guided",
    }  # fmt: skip


def test_every_chapter_has_keys_and_every_key_a_chapter() -> None:
    assert {key.split(".")[0] for key in KEYS} == set(CHAPTERS)
