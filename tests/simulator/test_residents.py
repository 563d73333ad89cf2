"""Synthetic residents follow the census, are valid, are nobody twice, and are the same for the same seed."""

import re
from collections import Counter
from datetime import date
from functools import cache

import numpy as np
import pytest
from pypinyin import lazy_pinyin

from fenji.cities.network import load_network
from fenji.kernel import identity
from fenji.simulator.chunks import Chunk, Town
from fenji.simulator.identity_numbers import SERIALS, Numbering
from fenji.simulator.names import load_names
from fenji.simulator.population import load_population
from fenji.simulator.residents import CHUNK, generate, shares

pytestmark = pytest.mark.filterwarnings("error::DeprecationWarning")  # NumPy announces what it will refuse
DAY = date(2026, 3, 4)
N = 26_000
# facts: the 2020 census by county, in units of ten thousand of 260.3; Hailing and the high-tech zone lie in 江城
COUNTIES = {"441702": 67.6 + 14.0, "441704": 47.8, "441721": 43.3, "441781": 87.6}


def yangjiang() -> list[Town]:
    network = load_network("yangjiang")
    outer = {region.parent for region in network.regions}
    return [Town(one.code, one.gb2260, one.population) for one in network.regions if one.code not in outer]


@cache
def made(n: int = N, seed: int = 1) -> list[Chunk]:
    return list(generate(n, seed, towns=yangjiang(), on=DAY))


def column(name: str, chunks: list[Chunk]) -> np.ndarray:
    return np.concatenate([np.asarray(getattr(chunk, name)) for chunk in chunks])


def ages(chunks: list[Chunk]) -> np.ndarray:
    return (np.datetime64(DAY) - column("born", chunks)).astype(int) / 365.2425


def rows(chunks: list[Chunk]) -> list[tuple]:
    return [
        row
        for chunk in chunks
        for row in zip(
            chunk.ids, chunk.names.text, chunk.id_number, chunk.phone, chunk.card, chunk.address, chunk.scheme,
            chunk.born.tolist(), chunk.signs.tolist(), strict=True,
        )
    ]  # fmt: skip


# --- how many live where


def test_there_are_as_many_as_asked_for() -> None:
    for n in (0, 1, 3, 48, 999, N):
        assert sum(len(chunk) for chunk in made(n)) == n


def test_counties_have_their_share_of_the_census() -> None:
    people = Counter[str]()
    for chunk in made():
        people[chunk.town.county] += len(chunk)
    for county, wanted in COUNTIES.items():
        assert people[county] / N == pytest.approx(wanted / 260.3, abs=0.002), county


def test_every_town_has_its_share_to_the_person() -> None:
    people = Counter[str]()
    for chunk in made():
        people[chunk.town.code] += len(chunk)
    whole = sum(town.population for town in yangjiang())
    for town in yangjiang():
        assert abs(people[town.code] - N * town.population / whole) < 1, town.code


def test_largest_remainders_get_the_odd_persons() -> None:
    assert shares(10, [1, 1, 1]) == [4, 3, 3]
    assert shares(7, [5, 3, 2]) == [4, 2, 1]
    assert shares(0, [5, 3]) == [0, 0]


def test_a_network_without_people_is_refused() -> None:
    with pytest.raises(ValueError, match="no town has any people"):
        list(generate(10, 1, towns=[Town("441702-01", "441702", 0)], on=DAY))


def test_no_chunk_is_larger_than_what_is_held_in_memory() -> None:
    chunks = list(generate(CHUNK * 2 + 5, 1, towns=[Town("441702-01", "441702", 1)], on=DAY))
    assert [len(chunk) for chunk in chunks] == [CHUNK, CHUNK, 5]
    assert [chunk.first for chunk in chunks] == [0, CHUNK, CHUNK * 2]
    numbers = [number for chunk in chunks for number in chunk.id_number if number]
    assert len(set(numbers)) == len(numbers)


# --- age and sex


@pytest.mark.parametrize(("start", "until", "share"), [(0, 15, 0.2524), (15, 60, 0.5626), (60, 120, 0.185)])
def test_broad_ages_follow_the_census(start: int, until: int, share: float) -> None:
    age = ages(made())
    assert np.mean((age >= start) & (age < until)) == pytest.approx(share, abs=0.006)


def test_men_are_as_many_as_counted() -> None:
    sex = column("sex", made())
    yangdong = column("sex", [chunk for chunk in made() if chunk.town.county == "441704"])
    assert np.mean(yangdong == 1) == pytest.approx(0.5358, abs=0.008)
    assert np.mean(sex == 1) == pytest.approx(0.528, abs=0.006)
    assert set(sex.tolist()) == {1, 2}


def test_the_oldest_are_mostly_women() -> None:
    sex, age = column("sex", made()), ages(made())
    assert np.mean(sex[age >= 85] == 2) > 0.55 > np.mean(sex[age < 15] == 2)


def test_nobody_is_born_tomorrow_or_older_than_anybody() -> None:
    born = column("born", made())
    assert born.max() <= np.datetime64(DAY)
    assert born.min() > np.datetime64("1920-01-01")


# --- identity


def test_id_numbers_are_valid_and_say_what_the_row_says() -> None:
    for chunk in made(3000):
        for kind, number, born, sex in zip(chunk.id_kind, chunk.id_number, chunk.born, chunk.sex, strict=True):
            if kind == "mainland":
                says = identity.mainland(number, on=DAY)
                assert (says.birth_date, says.sex) == (born.astype(object), sex)
            elif kind == "birth":
                assert identity.birth_certificate(number) == number
            else:
                assert (kind, number) == ("unknown", "")


def test_no_identity_card_or_telephone_of_a_household_head_is_given_twice() -> None:
    numbers = [number for chunk in made() for number in chunk.id_number if number]
    cards = [card for chunk in made() for card in chunk.card]
    ids = [one for chunk in made() for one in chunk.ids]
    assert len(numbers) == len(set(numbers))
    assert len(cards) == len(set(cards)) == N
    assert len(ids) == len(set(ids)) == N


def test_yangdong_changed_its_code_in_2014() -> None:
    codes: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for chunk in made():
        if chunk.town.county == "441704":
            for number, born in zip(chunk.id_number, chunk.born, strict=True):
                if len(number) == 18:
                    codes[bool(born < np.datetime64("2014-01-01"))][number[:6]] += 1
    assert codes[False].keys() == {"441704"}
    assert "441704" not in codes[True]
    assert codes[True]["441723"] / codes[True].total() > 0.93


def test_some_grown_ups_were_registered_elsewhere_and_children_were_not() -> None:
    age, code = ages(made()), np.array([number[:4] for chunk in made() for number in chunk.id_number])
    kind = column("id_kind", made())
    away = (code != "4417") & (kind == "mainland")
    assert np.mean(away[age >= 18.1]) == pytest.approx(0.05, abs=0.006)
    assert not away[age < 17.9].any()


def test_only_infants_lack_a_number_and_their_mothers_are_known_and_old_enough() -> None:
    seen = 0
    for chunk in made():
        age = (np.datetime64(DAY) - chunk.born).astype(int) / 365.2425
        for row in np.flatnonzero(np.array(chunk.id_kind) == "birth"):
            assert age[row] < 1.01
            mother = chunk.mother[row]
            if mother >= 0:
                seen += 1
                assert chunk.sex[mother] == 2
                assert 16 <= age[mother] - age[row] <= 48
                assert chunk.household[mother] == chunk.household[row]
    assert seen > 50


def test_serials_run_out_loudly() -> None:
    numbering = Numbering(["441702"], np.datetime64("2020-01-01"))
    same_day = np.full(SERIALS + 1, np.datetime64("2000-02-29"))
    first = numbering.deal(np.zeros(SERIALS, dtype=int), same_day[1:], np.ones(SERIALS, dtype=int))
    assert len(set(first)) == SERIALS
    assert all(identity.mainland(number, on=DAY).sex == 1 for number in first)
    with pytest.raises(ValueError, match="more than"):
        numbering.deal(np.zeros(1, dtype=int), same_day[:1], np.ones(1, dtype=int))


def test_telephones_have_a_mobile_s_form_and_a_range_nobody_holds() -> None:
    for chunk in made(500):
        assert all(re.fullmatch(r"154\d{8}", phone) for phone in chunk.phone)


def test_a_person_s_own_telephone_is_nobody_else_s_but_the_household_s() -> None:
    homes: dict[str, set[tuple[int, int]]] = {}
    for number, chunk in enumerate(made()):
        for phone, home in zip(chunk.phone, chunk.household.tolist(), strict=True):
            homes.setdefault(phone, set()).add((number, home))
    assert all(len(found) == 1 for found in homes.values())


# --- names


def test_pinyin_and_initials_are_those_of_the_name() -> None:
    readings = {"曾": "zeng", "区": "ou", "冼": "xian"}
    for chunk in made(2000):
        for name, pinyin, initials in zip(chunk.names.text, chunk.names.pinyin, chunk.names.initials, strict=True):
            read = [readings.get(one, "") if place == 0 and one in readings else "".join(lazy_pinyin(one))
                    for place, one in enumerate(name)]  # fmt: skip
            assert pinyin == " ".join(read)
            assert initials == "".join(part[0] for part in read)


def test_the_commonest_surname_is_the_commonest() -> None:
    first = Counter(name[0] for chunk in made() for name in chunk.names.text)
    assert first.most_common(1)[0][0] == "陈"
    assert first["陈"] / N == pytest.approx(0.09, abs=0.03)


def test_given_names_follow_sex_and_time() -> None:
    names = load_names()
    rng = np.random.default_rng(1)
    old = names.given(rng, np.full(4000, 2), np.full(4000, 1945)).text
    young = names.given(rng, np.full(4000, 2), np.full(4000, 2015)).text
    boys = names.given(rng, np.full(4000, 1), np.full(4000, 2015)).text
    assert sum("娣" in name or "兰" in name for name in old) > 200
    assert not any("娣" in name for name in young)
    assert len(set(young) & set(boys)) < len(set(young)) / 2


# --- households, schemes, contracts, doubles


def test_households_are_as_large_as_counted() -> None:
    assert N / sum(chunk.household.max() + 1 for chunk in made()) == pytest.approx(3.54, abs=0.05)
    sizes = Counter(size for chunk in made() for size in Counter(chunk.household.tolist()).values())
    assert max(sizes) <= 20
    assert sizes[2] + sizes[3] + sizes[4] > sizes[1]


def test_children_live_with_grown_ups_of_their_surname() -> None:
    named = children = 0
    for chunk in made():
        age = (np.datetime64(DAY) - chunk.born).astype(int) / 365.2425
        grown = {(chunk.household[row], chunk.names.text[row][0]) for row in np.flatnonzero(age >= 20)}
        for row in np.flatnonzero(age < 15):
            children += 1
            named += (chunk.household[row], chunk.names.text[row][0]) in grown
    assert named / children > 0.97


def test_a_chunk_of_children_alone_is_still_a_household() -> None:
    towns = [Town("441702-01", "441702", 1)]
    for seed in range(40):
        (chunk,) = generate(1, seed, towns=towns, on=DAY)
        assert chunk.household.tolist() == [0]


def test_about_a_third_sign_and_the_priority_groups_more() -> None:
    signs, age = column("signs", made()), ages(made())
    assert np.mean(signs) == pytest.approx(0.35, abs=0.01)
    assert np.mean(signs[age >= 65]) == pytest.approx(0.63, abs=0.03)
    assert np.mean(signs[age < 7]) == pytest.approx(0.56, abs=0.03)
    assert np.mean(signs[(age >= 7) & (age < 65)]) == pytest.approx(0.268, abs=0.01)


def test_a_contract_runs_three_years_and_covers_the_day() -> None:
    for chunk in made(2000):
        assert (chunk.signed_from <= np.datetime64(DAY)).all()
        assert (chunk.signed_until > np.datetime64(DAY)).all()
        days = (chunk.signed_until - chunk.signed_from).astype(int)
        assert set(days.tolist()) <= {1095, 1096}


def test_schemes_follow_age() -> None:
    scheme, age = column("scheme", made()), ages(made())
    assert set(scheme.tolist()) == {"resident", "employee", "none", "other"}
    assert not (scheme[age < 17.9] == "employee").any()
    assert np.mean(scheme[(age >= 18) & (age < 60)] == "employee") == pytest.approx(0.255, abs=0.02)


def test_one_in_a_thousand_is_entered_twice_without_a_number() -> None:
    kinds = column("id_kind", made())
    assert (kinds == "unknown").sum() == N // 1000
    for chunk in made():
        for row in np.flatnonzero(np.array(chunk.id_kind) == "unknown"):
            same = [
                other
                for other in range(len(chunk))
                if chunk.names.text[other] == chunk.names.text[row] and chunk.born[other] == chunk.born[row]
            ]
            assert len(same) >= 2
            assert not chunk.signs[row]
            assert not chunk.verified[row]


# --- determinism


def test_the_same_seed_gives_the_same_people() -> None:
    again = list(generate(5000, 7, towns=yangjiang(), on=DAY))
    assert rows(again) == rows(made(5000, 7))


def test_another_seed_gives_others() -> None:
    one, other = rows(made(5000, 7)), rows(made(5000, 8))
    assert not {row[0] for row in one} & {row[0] for row in other}
    assert sum(a[1] == b[1] for a, b in zip(one, other, strict=True)) < 100


def test_ids_are_uuids_of_version_4() -> None:
    for one in made(500)[0].ids:
        assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", one)


def test_the_figures_say_where_they_come_from() -> None:
    assert load_population().male_permille == {"": 526, "441704": 536}
