"""The shape of the shipped network: regions, codes, departments, offices, areas."""

import re
import subprocess
import sys
from collections import Counter

import pytest
from stdnum.cn import uscc

from fenji.cities.code_tables import code_table
from fenji.cities.errors import CityNotFound, NameNotFound
from fenji.cities.network import Institution, Network, available_cities, load_network
from fenji.kernel.tiers import Basis, Kind, LinkKind, Tier

AUTHORITIES = (Kind.COMMISSION, Kind.INSURER)
FICTIONAL = re.compile(r"0662-000\d{4}")


@pytest.fixture(scope="module")
def network() -> Network:
    return load_network("yangjiang")


@pytest.fixture(scope="module")
def medical(network: Network) -> list[Institution]:
    return [one for one in network.institutions if one.kind not in AUTHORITIES]


def test_city_is_available_and_another_is_refused_by_name() -> None:
    assert "yangjiang" in available_cities()
    with pytest.raises(CityNotFound, match=r"atlantis.*yangjiang"):
        load_network("atlantis")


def test_network_and_staff_need_no_django() -> None:
    program = (
        "import sys, fenji.simulator.staff\n"
        "from fenji.cities.network import load_network\n"
        "load_network()\n"
        "assert 'django' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False, capture_output=True).stderr == b""


def test_loading_twice_gives_the_same_object(network: Network) -> None:
    assert load_network("yangjiang") is network


def test_census_total_and_counties(network: Network) -> None:
    assert network.region("441700").population == 2_602_959
    counties = [region for region in network.regions if region.kind == "county"]
    assert {region.code: region.name for region in counties} == {
        "441702": "江城区",
        "441704": "阳东区",
        "441721": "阳西县",
        "441781": "阳春市",
    }
    assert sum(region.population for region in counties) == 2_602_959


def test_zones_lie_in_jiangcheng_and_share_its_code(network: Network) -> None:
    zones = [region for region in network.regions if region.kind == "zone"]
    assert {(zone.name, zone.parent, zone.gb2260) for zone in zones} == {
        ("海陵试验区", "441702", "441702"),
        ("阳江高新区", "441702", "441702"),
    }


def test_towns_per_county(network: Network) -> None:
    towns = Counter(region.parent for region in network.regions if region.kind in ("town", "street"))
    assert towns == {"441702": 10, "441702-HL": 2, "441702-GX": 1, "441704": 11, "441721": 8, "441781": 17}


def test_everything_has_an_english_name_and_nothing_is_named_twice(network: Network) -> None:
    for things in (network.regions, network.institutions, network.consortia, network.functions):
        assert all(re.fullmatch(r"[ -~]+", thing.name_en) for thing in things)
        assert len({thing.name_en for thing in things}) == len(things)
    departments = {(d.name, d.name_en) for one in network.institutions for d in one.departments}
    assert len({name for name, _ in departments}) == len(departments) == len({english for _, english in departments})


def test_codes_are_of_the_standards(medical: list[Institution]) -> None:
    assert {one.ws218 for one in medical} <= set(code_table("ws218").codes)
    specialties = code_table("specialties").codes
    assert {d.specialty for one in medical for d in one.departments if not d.is_office} <= set(specialties)


def test_credit_codes_are_valid_but_evidently_made_up(network: Network) -> None:
    given = [one for one in network.institutions if one.uscc]
    assert len({one.uscc for one in given}) == len(given) > 60
    for one in given:
        assert uscc.is_valid(one.uscc) and one.uscc[8:11] == "DEM"
        assert one.uscc[2:8] == network.region(one.region).gb2260


def test_telephone_numbers_are_fictional_and_belong_to_one(network: Network) -> None:
    phones = [one.phone for one in network.institutions]
    phones += [
        number for one in network.institutions if one.office for number in (one.office.phone, one.office.duty_phone)
    ]
    assert all(FICTIONAL.fullmatch(phone) for phone in phones)
    assert len(set(phones)) == len(phones)


def test_one_office_down_to_the_township_none_below(medical: list[Institution]) -> None:
    for one in medical:
        offices = [department for department in one.departments if department.is_office]
        assert len(offices) == (0 if one.tier is Tier.VILLAGE else 1), one.code
        assert all(office.phone and office.duty_phone for office in offices)


def test_hospitals_and_township_hospitals_have_an_emergency_department(medical: list[Institution]) -> None:
    without = {one.kind for one in medical if not any(d.is_emergency for d in one.departments)}
    assert without == {Kind.COMMUNITY_CENTRE, Kind.NURSING_HOME, Kind.REHABILITATION, Kind.VILLAGE_STATION}


def test_every_town_is_served_by_exactly_one_primary_institution(network: Network) -> None:
    served = Counter(area.region for one in network.institutions for area in one.areas)
    assert served == {region.code: 1 for region in network.regions if region.kind in ("town", "street")}


def test_every_village_station_hangs_under_the_township_hospital_of_its_town(network: Network) -> None:
    stations = [one for one in network.institutions if one.kind is Kind.VILLAGE_STATION]
    assert 120 <= len(stations) <= 200
    for station in stations:
        (upper,) = network.uppers(station.code, LinkKind.VILLAGE)
        assert network.institution(upper).town == station.town
        assert station.basis is Basis.ASSUMED


def test_each_county_and_zone_has_its_health_bureau_and_the_city_an_insurer(network: Network) -> None:
    bureaus = {one.region: one.tier for one in network.institutions if one.kind is Kind.COMMISSION}
    assert set(bureaus) == {region.code for region in network.regions if region.kind in ("city", "county", "zone")}
    assert bureaus["441700"] is Tier.CITY and bureaus["441721"] is Tier.COUNTY
    assert [one.region for one in network.institutions if one.kind is Kind.INSURER] == ["441700"]


def test_stated_institutions_say_which_of_their_fields_are_assumed(network: Network) -> None:
    for one in network.institutions:
        marks = [attribute.value for attribute in one.attributes if attribute.name == "assumed_fields"]
        if one.basis is Basis.STATED:
            assert one.clause.startswith("Y ") and "grade" in marks[0].split()
        else:
            assert marks == []


def test_a_region_contains_its_zones(network: Network) -> None:
    inside = {one.code for one in network.inside("441702")}
    assert {"jiangcheng-people", "hailing-people", "gaoxin-people"} <= inside
    assert "yangdong-people" not in inside and "yangjiang-people" not in inside
    assert network.lies_in("441702-HL-02", "441700") and not network.lies_in("441704", "441702")


def test_unknown_name_says_what_to_do(network: Network) -> None:
    with pytest.raises(NameNotFound, match=r"某某医院.*alias"):
        network.named("某某医院")


def test_address_goes_as_far_as_the_town(network: Network) -> None:
    assert network.named("雅韶镇卫生院").address == "阳江市阳东区雅韶镇"
    assert network.named("闸坡卫生院").address == "阳江市江城区海陵试验区闸坡镇"


def test_team_is_specialist_general_practitioner_and_health_manager(network: Network) -> None:
    (template,) = network.teams
    assert [role.value for role in template.roles] == ["physician", "family_doctor", "nurse"]
    assert template.clause == "Y 二(六)"
