"""Every sentence of Y 二(三)1 and what else the plan says about institutions, read back from the loaded network.

Expected institutions are written with the plan's own words, so that names and aliases are tested along the way.
"""

from datetime import date

import pytest

from fenji.cities.network import Link, Network, load_network
from fenji.kernel.tiers import Basis, Grade, Kind, Level, LinkKind, Tier

JIANGCHENG, YANGDONG, YANGXI, YANGCHUN = "441702", "441704", "441721", "441781"
THE_CLAUSE = "Y 二(三)1"


@pytest.fixture(scope="module")
def network() -> Network:
    return load_network("yangjiang")


def codes(network: Network, *names: str) -> set[str]:
    return {network.named(name).code for name in names}


def of_kind(network: Network, region: str, *kinds: Kind) -> set[str]:
    return {one.code for one in network.institutions if one.region == region and one.kind in kinds}


def lowers(network: Network, upper: str, kind: LinkKind) -> set[str]:
    return network.lowers(network.named(upper).code, kind)


def community_centres(network: Network) -> set[str]:
    return of_kind(network, JIANGCHENG, Kind.COMMUNITY_CENTRE)


def test_city_peoples_hospital_forms_its_group_with_three(network: Network) -> None:
    members = codes(network, "江城区人民医院", "双捷镇卫生院", "埠场镇卫生院")
    assert lowers(network, "市人民医院", LinkKind.GROUP) == members
    groups = [one for one in network.consortia if one.name == "阳江市人民医院集团"]
    assert [one.lead for one in groups] == ["yangjiang-people"]
    assert {member.institution for member in groups[0].members} == members
    assert groups[0].basis is Basis.STATED and groups[0].clause == THE_CLAUSE


def test_nobody_else_leads_a_group(network: Network) -> None:
    assert {link.upper for link in network.links if link.kind is LinkKind.GROUP} == codes(network, "市人民医院")


def test_city_peoples_hospital_assists_eight_centres_and_four_more(network: Network) -> None:
    others = codes(network, "阳西县人民医院", "阳江高新区人民医院", "闸坡卫生院", "海陵卫生院")
    assert len(community_centres(network)) == 8
    assert lowers(network, "市人民医院", LinkKind.ASSISTANCE) == community_centres(network) | others


def test_tcm_hospital_assists_yangxi_and_yangdong_but_yashao(network: Network) -> None:
    yangxi = of_kind(network, YANGXI, Kind.TOWNSHIP)
    yangdong = of_kind(network, YANGDONG, Kind.TOWNSHIP)
    yashao = codes(network, "雅韶镇卫生院")
    assert len(yangxi) == 8
    assert yashao < yangdong
    expected = yangxi | yangdong - yashao | codes(network, "阳西县中医院", "阳东区人民医院")
    assert lowers(network, "阳江市中医医院", LinkKind.ASSISTANCE) == expected


def test_maternal_hospital_assists_the_three_maternal_units(network: Network) -> None:
    expected = codes(network, "江城区妇幼保健计划生育服务中心", "阳东区妇幼保健院", "阳西县妇幼保健院")
    assert lowers(network, "阳江市妇幼保健院", LinkKind.ASSISTANCE) == expected


def test_public_health_hospital_guides_everybody_up_to_the_county_in_its_two_fields(network: Network) -> None:
    expected = {
        one.code
        for one in network.institutions
        if one.tier <= Tier.COUNTY and one.kind not in (Kind.COMMISSION, Kind.INSURER)
    }
    assert lowers(network, "阳江市公共卫生医院", LinkKind.GUIDANCE) == expected
    assert codes(network, "阳春市人民医院", "海陵试验区人民医院", "春湾镇卫生院", "双捷镇第一村卫生站") < expected
    guidance = [link for link in network.links if link.kind is LinkKind.GUIDANCE]
    assert {link.specialties for link in guidance} == {("15", "16")}
    assert {link.upper for link in guidance} == codes(network, "阳江市公共卫生医院")


def test_third_peoples_hospital_assists_yashao_alone(network: Network) -> None:
    assert lowers(network, "阳江市第三人民医院", LinkKind.ASSISTANCE) == codes(network, "雅韶镇卫生院")
    assert network.uppers(network.named("雅韶镇卫生院").code, LinkKind.ASSISTANCE) == codes(network, "市三院")


@pytest.mark.parametrize("hospital", ["阳春市人民医院", "阳春市中医院", "阳春市妇幼保健院"])
def test_each_hospital_of_yangchun_assists_its_centres_and_township_hospitals(network: Network, hospital: str) -> None:
    expected = of_kind(network, YANGCHUN, Kind.COMMUNITY_CENTRE, Kind.TOWNSHIP)
    assert lowers(network, hospital, LinkKind.ASSISTANCE) == expected
    assert {network.institution(code).kind for code in expected} == {Kind.COMMUNITY_CENTRE, Kind.TOWNSHIP}


@pytest.mark.parametrize("hospital", ["阳江市人民医院", "阳江市中医院", "阳江市妇幼保健院", "阳江市公共卫生医院"])
def test_four_city_hospitals_pair_with_the_second_level_and_the_centres_of_jiangcheng(
    network: Network, hospital: str
) -> None:
    second_level = {
        one.code for one in network.institutions if one.region == JIANGCHENG and one.level is Level.SECONDARY
    }
    assert codes(network, "江城区人民医院") < second_level
    assert lowers(network, hospital, LinkKind.SPECIALTY) == second_level | community_centres(network)


def test_only_these_four_pair_by_specialty_and_each_pair_names_specialties(network: Network) -> None:
    pairs = [link for link in network.links if link.kind is LinkKind.SPECIALTY]
    hospitals = ("阳江市人民医院", "阳江市中医院", "阳江市妇幼保健院", "阳江市公共卫生医院")
    assert {link.upper for link in pairs} == codes(network, *hospitals)
    assert all(link.specialties for link in pairs)


def test_nobody_assists_beyond_the_plan_except_one_marked_assumed(network: Network) -> None:
    assistance = [link for link in network.links if link.kind is LinkKind.ASSISTANCE]
    stated = {link.upper for link in assistance if link.basis is Basis.STATED}
    named = (
        "市人民医院",
        "市中医医院",
        "市妇幼保健院",
        "市第三人民医院",
        "阳春市人民医院",
        "阳春市中医院",
        "阳春市妇幼保健院",
    )
    assert stated == codes(network, *named)
    assert [(link.upper, link.lower) for link in assistance if link.basis is Basis.ASSUMED] == [
        ("gaoxin-people", "gaoxin-pinggang-township")
    ]


def test_stated_links_cite_the_clause_and_begin_with_2017(network: Network) -> None:
    def in_order(link: Link) -> bool:
        return link.clause == THE_CLAUSE and link.valid_from == date(2017, 1, 1)

    stated = [link for link in network.links if link.basis is Basis.STATED]
    assert len(stated) > 300 and all(in_order(link) for link in stated)


def test_every_primary_institution_belongs_to_a_consortium(network: Network) -> None:
    members = {member.institution for one in network.consortia for member in one.members}
    primary = {one.code for one in network.institutions if one.kind in (Kind.TOWNSHIP, Kind.COMMUNITY_CENTRE)}
    assert primary - members == set()


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (("阳江市中医医院", "市中医医院", "阳江市中医院", "市中医院"), "yangjiang-tcm"),
        (("市人民医院", "阳江市人民医院"), "yangjiang-people"),
        (("阳西县中医院", "阳西县中医医院"), "yangxi-tcm"),
        (("闸坡卫生院", "闸坡镇卫生院", "海陵试验区闸坡卫生院"), "hailing-zhapo-township"),
        (("阳东县人民医院", "阳东区人民医院"), "yangdong-people"),
        (("市卫生计生局",), "yangjiang-commission"),
        (("市人力资源社会保障局",), "yangjiang-insurer"),
    ],
)
def test_names_of_the_documents_resolve(network: Network, names: tuple[str, ...], code: str) -> None:
    assert codes(network, *names) == {code}


def test_unnamed_units_are_marked_assumed_and_named_ones_stated(network: Network) -> None:
    named = ("双捷镇卫生院", "埠场镇卫生院", "闸坡卫生院", "海陵卫生院", "雅韶镇卫生院")
    primary = [one for one in network.institutions if one.kind in (Kind.TOWNSHIP, Kind.COMMUNITY_CENTRE)]
    assert {one.code for one in primary if one.basis is Basis.STATED} == codes(network, *named)
    assert all(one.basis is Basis.ASSUMED for one in primary if one.code not in codes(network, *named))


@pytest.mark.parametrize(
    ("hospital", "planned"),
    [
        ("阳春市人民医院", "三级综合医院"),
        ("阳春市中医院", "三级甲等中医医院"),
        ("阳春市妇幼保健院", "三级甲等妇幼保健院"),
    ],
)
def test_yangchun_upgrades_are_planned_for_the_thirteenth_five_years_not_reached(
    network: Network, hospital: str, planned: str
) -> None:
    one = network.named(hospital)
    (plan,) = [attribute for attribute in one.attributes if attribute.name == "planned_level"]
    assert (plan.value, plan.clause, plan.basis) == (planned, "Y 二(九)", Basis.STATED)
    assert (plan.valid_from, plan.valid_until) == (date(2016, 1, 1), date(2021, 1, 1))
    assert one.level is Level.SECONDARY


@pytest.mark.parametrize("hospital", ["阳江高新区人民医院", "海陵试验区人民医院"])
def test_new_buildings_of_the_zones_are_on_record(network: Network, hospital: str) -> None:
    attributes = {attribute.name: attribute for attribute in network.named(hospital).attributes}
    assert attributes["planned_building"].clause == "Y 二(九)"


def test_remote_centres_are_planned_in_the_city_first_then_in_two_counties(network: Network) -> None:
    found = {
        (one.short_name, attribute.valid_from.year if attribute.valid_from else None)
        for one in network.institutions
        for attribute in one.attributes
        if attribute.name == "remote_centre" and attribute.basis is Basis.STATED
    }
    assert found == {("市人民医院", 2017), ("市中医医院", 2017), ("阳春人民医院", 2018), ("阳西人民医院", 2018)}


@pytest.mark.parametrize(
    ("name", "functions"),
    [
        ("市人民医院", {"city_tertiary_treats", "city_tertiary_receives", "city_tertiary_supports"}),
        ("市中医院", {"city_tcm_treats", "city_tcm_outpatients", "city_tertiary_receives", "city_tertiary_supports"}),
        ("市第三人民医院", {"city_secondary_receives"}),
        ("阳西县人民医院", {"county_treats_common", "county_treats_critical", "county_sends_on"}),
        ("雅韶镇卫生院", {"chronic_treats", "primary_treats_common", "primary_sends_on", "primary_supports"}),
        ("江城护理院（示例）", {"chronic_treats"}),
    ],
)
def test_functions_follow_the_class(network: Network, name: str, functions: set[str]) -> None:
    assert set(network.named(name).functions) == functions
    assert {one.clause for one in network.functions} == {"Y 二(一)"}


def test_grades_of_the_three_upgraded_are_not_yet_tertiary(network: Network) -> None:
    assert network.named("阳春市中医院").grade in set(Grade)
    assert all(one.level is not Level.TERTIARY for one in network.institutions if one.tier < Tier.CITY)
