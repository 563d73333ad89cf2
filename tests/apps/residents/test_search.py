"""Search: one's own residents by any beginning of the name or any number; strangers by exact proof only, masked."""

from datetime import date, timedelta

import pytest

from fenji.apps.common.clock import Frozen
from fenji.apps.common.models import AuditEvent
from fenji.apps.residents import actions, duplicates, names, relations, search
from fenji.apps.residents.errors import TooManyMisses
from fenji.apps.residents.models import CareRelation, Resident
from tests.apps.residents.conftest import id_number, registered, told
from tests.factories.world import World

MING, SHAN = id_number(date(1970, 1, 1), 301), id_number(date(1971, 2, 2), 302)


@pytest.fixture
def four(world: World) -> list[Resident]:
    CareRelation.objects.all().delete()
    return [
        registered(world, name="陈晓明", id_number=MING, phone="13800001111"),
        registered(world, name="单小山", id_number=SHAN, phone="13800002222"),
        registered(world, name="欧阳修文", id_number=id_number(date(1972, 3, 3), 303), phone=""),
        registered(
            world, name="John Smith", id_kind="passport", id_number="E12345678", sex=1, birth_date=date(1980, 1, 1)
        ),
    ]


def found(world: World, text: str, who: str = "doctor") -> list[str]:
    return [resident.name for resident in search.search(getattr(world, who), text, world.at).own]


def test_an_empty_text_lists_ones_own_by_pinyin(world: World, four: list[Resident]) -> None:
    assert found(world, "") == ["陈晓明", "John Smith", "欧阳修文", "单小山"]
    assert found(world, "", "office") == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("陈", "陈晓明"), ("陈晓", "陈晓明"), ("陈晓明", "陈晓明"), ("chen xiao", "陈晓明"), ("chenxiaom", "陈晓明"),
        ("cxm", "陈晓明"), ("CX", "陈晓明"), ("c", "陈晓明"), ("shan", "单小山"), ("shanxiaoshan", "单小山"),
        ("sxs", "单小山"),
        ("单", "单小山"), ("欧阳", "欧阳修文"), ("ouyang", "欧阳修文"), ("陈\x00", "陈晓明"),
        ("oyxw", "欧阳修文"), ("john s", "John Smith"),
        ("js", "John Smith"), ("E12345678", "John Smith"), (MING, "陈晓明"), (MING[:6] + " " + MING[6:], "陈晓明"),
        ("138 0000 1111", "陈晓明"), ("陈晓明" + MING[-4:], "陈晓明"), (f"陈晓明 {MING[-4:]}", "陈晓明"),
    ],
)  # fmt: skip
def test_every_way_of_typing_finds(world: World, four: list[Resident], text: str, name: str) -> None:
    assert found(world, text) == [name]


@pytest.mark.parametrize(
    "text", ["晓明", "dan", "chx", "陈小", "%", "_", "'", "\\", "1380000", MING[:17], "陈晓明0000", "\x00"]
)
def test_what_is_no_beginning_finds_nobody(world: World, four: list[Resident], text: str) -> None:
    assert found(world, text) == []


def test_a_card_is_read(world: World, four: list[Resident]) -> None:
    assert found(world, four[0].card_number) == ["陈晓明"]


@pytest.mark.parametrize("text", ["陈晓明", "chen", "cxm", "13800001111", "陈晓明0000"])
def test_a_stranger_is_not_found_by_name_or_phone(world: World, four: list[Resident], text: str) -> None:
    answer = search.search(world.office, text, world.at)
    assert (answer.own, answer.strangers) == ([], [])


def test_a_stranger_is_found_by_proof_and_shown_masked(world: World, four: list[Resident]) -> None:
    for text in (MING, four[0].card_number, f"陈晓明{MING[-4:]}"):
        (stranger,) = search.search(world.office, text, world.at).strangers
        assert (stranger.name, stranger.sex, stranger.birth_year) == ("陈*明", 1, 1970)
    assert AuditEvent.objects.filter(verb="resident.found", resident_id=four[0].pk).count() == 3
    assert search.search(world.doctor, MING, world.at).strangers == []  # one's own is no stranger


def test_guessing_last_four_digits_is_stopped(world: World, four: list[Resident], clock: Frozen) -> None:
    for guess in range(20):
        assert search.identify(world.office, f"陈晓明{guess:04}", clock.at) == []
    with pytest.raises(TooManyMisses):
        search.identify(world.office, f"陈晓明{MING[-4:]}", clock.at)
    assert search.identify(world.office, MING, clock.at)  # the whole number is no guess
    clock.advance(timedelta(hours=1, seconds=1))
    assert search.identify(world.office, f"陈晓明{MING[-4:]}", clock.at)


def test_what_a_list_showed_is_recorded_without_what_was_typed(world: World, four: list[Resident]) -> None:
    search.search(world.doctor, MING, world.at)
    event = AuditEvent.objects.get(verb="resident.list")
    assert event.details == {"residents": [str(four[0].pk)], "searched": True}


def test_pages_follow_each_other_without_counting(
    world: World, four: list[Resident], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "PAGE", 3)
    first, second = (search.search(world.doctor, "", world.at, page) for page in (1, 2))
    assert ([len(first.own), first.has_next], [len(second.own), second.has_next]) == ([3, True], [1, False])
    assert not {resident.pk for resident in first.own} & {resident.pk for resident in second.own}


def test_a_corrected_name_is_found_and_listed_in_its_new_place(world: World, four: list[Resident]) -> None:
    actions.correct(four[0].pk, told(name="曾晓明", id_number="", phone=""), reason="户口本上的姓名", by=world.head)
    assert found(world, "zxm") == ["曾晓明"]
    assert found(world, "cxm") == []
    assert found(world, "")[-1] == "曾晓明"
    actions.import_row(told(name="安晓明", id_number=MING, phone=""), system="his", code="1", by=None)
    assert found(world, "")[0] == "安晓明"


def test_several_relations_to_one_place_show_one_resident(world: World, four: list[Resident]) -> None:
    relations.open_visit(four[0], institution_id=world.township.pk, at=world.at)
    assert found(world, "chen") == ["陈晓明"]


def test_a_merged_row_is_found_as_the_one_kept(world: World, four: list[Resident]) -> None:
    unknown = registered(world, id_kind="unknown", name="", id_number="", phone="")
    actions.merge(kept_id=four[0].pk, merged_id=unknown.pk, reason="家属到院确认身份", by=world.head)
    assert found(world, "无名氏") == ["陈晓明"]
    assert found(world, "").count("陈晓明") == 1


def test_letters_typed_without_spaces_are_split_every_way() -> None:
    assert {"xian", "xi an"} <= set(names.splits("xian"))
    assert "chen xiao m" in names.splits("chenxiaom")
    assert names.splits("john") == ["john"]
    assert len(names.splits("anananananananananan")) <= names.MOST_SPLITS


def test_readings_of_names() -> None:
    readings = {
        "单雄信": "shan xiong xin",
        "仇英": "qiu ying",
        "尉迟恭": "yu chi gong",
        "曾国藩": "zeng guo fan",
        "吕布": "lv bu",
    }
    assert {name: names.pinyin(name) for name in readings} == readings
    assert names.initials("阿依古丽·买买提") == "ayglmmt"
    longest = "陈" * names.NAME_LENGTH
    assert len(names.pinyin(longest)) <= names.PINYIN_LENGTH
    assert len(names.initials(longest)) <= names.INITIALS_LENGTH


def test_duplicates_are_people_who_sound_alike_and_were_born_alike(world: World, four: list[Resident]) -> None:
    again = registered(
        world, name="陈小明", id_kind="passport", id_number="G12345678", sex=1, birth_date=date(1970, 1, 1), phone=""
    )
    registered(world, name="陈大文", id_kind="birth", id_number="A123456789", sex=1, birth_date=date(1970, 1, 1))
    (pair,) = duplicates.duplicates_of(again)
    assert (pair.other, pair.reasons) == (four[0], (duplicates.SAME_BIRTH,))
    pairs, has_more = duplicates.duplicate_candidates(world.head, world.at)
    assert ({(pair.resident, pair.other) for pair in pairs}, has_more) == ({(again, four[0])}, False)
    assert duplicates.duplicate_candidates(world.office, world.at) == ([], False)


def test_two_cards_with_two_numbers_are_two_people(world: World, four: list[Resident]) -> None:
    twin = registered(world, name="陈晓明", id_number=id_number(date(1970, 1, 1), 303), phone="13800001111")
    assert duplicates.duplicates_of(twin) == []


def test_twins_of_one_mother_are_asked_about(world: World, four: list[Resident]) -> None:
    born = date(2026, 3, 1)
    twins = [
        registered(
            world, id_kind="mother", id_number="", name=name, sex=1, birth_date=born, mother_id=four[1].pk, phone=""
        )
        for name in ("单大宝", "单小宝")
    ]
    (pair,) = duplicates.duplicates_of(twins[0])
    assert (pair.other, pair.reasons) == (twins[1], (duplicates.SAME_BIRTH, duplicates.SAME_MOTHER))
