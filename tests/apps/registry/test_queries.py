"""Questions to the real network of Yangjiang: names, places, who stands above, who could receive."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from fenji.apps.registry import queries
from fenji.apps.registry.errors import NoOffice, NoSuchInstitution
from fenji.apps.registry.models import Consortium, Department, Institution, Link, Region, ServiceArea
from fenji.apps.registry.snapshot import network
from fenji.cities.network import load_network
from fenji.kernel.tiers import Kind, LinkKind, Tier
from tests.conftest import NOON
from tests.factories.city import standing_city

CITY = load_network("yangjiang")
ON = date(2026, 3, 4)
CARDIOLOGY = "03.04"


@pytest.fixture(scope="module")
def standing(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with standing_city(django_db_blocker, NOON, with_staff=False):
        yield


@pytest.fixture
def city(standing: None, db: None) -> None:
    """Yangjiang's network, whole again for every test."""


def named(text: str) -> Institution:
    return queries.institution_named(text)


@pytest.mark.usefixtures("city")
class TestNames:
    def test_every_name_and_alias_of_the_files_means_its_institution(self) -> None:
        for one in CITY.institutions:
            for text in (one.code, one.name, *one.aliases):
                assert named(text).code == one.code, text

    def test_the_two_spellings_of_the_city_s_tcm_hospital_are_one(self) -> None:
        assert named("市中医医院") == named("市中医院") == named("阳江市中医医院")

    def test_spaces_do_not_matter(self) -> None:
        assert named(" 阳江市 人民医院 ").code == "yangjiang-people"

    @pytest.mark.parametrize("text", ["", "人民", "北京协和医院", "%"])
    def test_an_unknown_name_is_said_to_be_unknown(self, text: str) -> None:
        with pytest.raises(NoSuchInstitution):
            named(text)


@pytest.mark.usefixtures("city")
class TestPlaces:
    def test_a_county_holds_its_zones_and_the_city_holds_all(self) -> None:
        jiangcheng = {one.code for one in queries.institutions_in("441702")}
        assert jiangcheng == {one.code for one in CITY.inside("441702")}
        assert any(
            region.endswith(("HL", "GX"))
            for region in queries.institutions_in("441702").values_list("region_id", flat=True)
        )
        assert queries.institutions_in("441700").count() == len(CITY.institutions)

    def test_the_highest_tier_comes_first(self) -> None:
        tiers = [one.tier for one in queries.institutions_in("441700")]
        assert tiers == sorted(tiers, reverse=True)

    def test_what_is_closed_is_left_out_when_asked(self) -> None:
        Institution.objects.filter(code="yangjiang-people").update(valid_until=ON)
        codes = {one.code for one in queries.institutions_in("441700", on=ON)}
        assert "yangjiang-people" not in codes
        assert "yangjiang-people" in {one.code for one in queries.institutions_in("441700", on=ON - timedelta(days=1))}

    def test_county_of_a_town_s_house_is_the_county_and_of_the_city_s_the_city(self) -> None:
        assert queries.county_of(named("双捷镇卫生院")).code == "441702"
        assert queries.county_of(named("阳江市人民医院").pk).code == "441700"
        zone = Institution.objects.filter(region_id="441702-HL").first()
        assert zone and queries.county_of(zone).code == "441702"

    def test_commissions_above_are_the_county_s_then_the_city_s(self) -> None:
        for county in ("441702", "441704", "441721", "441781"):
            house = Institution.objects.filter(region_id=county, tier=Tier.TOWNSHIP).first()
            assert house
            above = queries.commissions_above(house)
            assert [one.kind for one in above] == [Kind.COMMISSION] * len(above)
            assert above[0].region_id == county
            assert above[-1].region_id == "441700"
        assert [one.region_id for one in queries.commissions_above(named("阳江市人民医院"))] == ["441700"]

    def test_every_town_is_served_by_a_primary_institution(self) -> None:
        for town in queries.smallest_regions():
            serving = queries.serving(town.code, ON)
            assert serving, town.name
            assert all(one.tier <= Tier.TOWNSHIP for one in serving)

    def test_a_closed_house_serves_no_town(self) -> None:
        area = ServiceArea.objects.select_related("institution").first()
        assert area
        Institution.objects.filter(pk=area.institution_id).update(valid_until=ON)
        assert area.institution not in queries.serving(area.region_id, ON)


@pytest.mark.usefixtures("city")
class TestDepartments:
    def test_an_office_is_the_coordination_office(self) -> None:
        office = queries.office_of(named("阳江市人民医院"))
        assert office.is_office and office.duty_phone

    def test_a_village_station_has_none(self) -> None:
        station = Institution.objects.filter(kind=Kind.VILLAGE_STATION).first()
        assert station
        with pytest.raises(NoOffice):
            queries.office_of(station)

    def test_the_nearest_department_for_a_specialty(self) -> None:
        house = named("阳江市人民医院")
        found = queries.department_for(house.pk, CARDIOLOGY, ON)
        assert found and found.specialty == CARDIOLOGY
        Department.objects.filter(institution=house, specialty=CARDIOLOGY).update(valid_until=ON)
        Department.objects.create(institution=house, code="im", name="内科", specialty="03")
        general = queries.department_for(house.pk, CARDIOLOGY, ON)
        assert general and general.specialty == "03"
        assert queries.department_for(house.pk, "99", ON) is None


@pytest.mark.usefixtures("city")
class TestCandidates:
    def sender(self) -> int:
        return int(named("双捷镇卫生院").pk)

    def test_all_have_the_specialty_and_none_is_the_sender_or_an_authority(self) -> None:
        found = queries.candidates_for(CARDIOLOGY, sender_id=self.sender(), on=ON)
        assert len(found) >= 4
        for one in found:
            departments = {unit.specialty for unit in one.institution.departments}
            assert departments & {CARDIOLOGY, "03"}
            assert one.institution.id != self.sender()
            assert one.institution.kind not in queries.AUTHORITIES

    def test_the_nearest_stands_first(self) -> None:
        found = queries.candidates_for("", sender_id=self.sender(), on=ON)
        distances = [one.distance_km for one in found]
        assert None not in distances
        assert distances == sorted(distances)  # type: ignore[type-var]
        assert 0 < distances[-1] < 150  # type: ignore[operator]

    def test_the_group_s_hospital_is_known_as_such(self) -> None:
        found = {
            one.institution.code: one for one in queries.candidates_for(CARDIOLOGY, sender_id=self.sender(), on=ON)
        }
        lead = found["yangjiang-people"]
        assert lead.same_consortium and lead.consortium and lead.clause.startswith("Y ")
        assert LinkKind.GROUP in lead.links
        stranger = next(one for one in found.values() if one.institution.county == "441781")
        assert not stranger.same_consortium and not stranger.links and not stranger.clause

    def test_a_specialty_pair_holds_for_its_specialties_only(self) -> None:
        upper, lower = named("阳江市妇幼保健院"), named("江城区南恩街道社区卫生服务中心")
        Link.objects.filter(upper=upper, lower=lower).delete()
        Link.objects.create(upper=upper, lower=lower, kind=LinkKind.SPECIALTY, specialties=["05"], basis="stated")

        def links(specialty: str) -> frozenset[LinkKind]:
            found = queries.candidates_for(specialty, sender_id=lower.pk, on=ON)
            return next((one.links for one in found if one.institution.id == upper.pk), frozenset())

        assert LinkKind.SPECIALTY in links("05.02") | links("05")
        assert LinkKind.SPECIALTY not in links("07")

    def test_a_link_works_downwards_too(self) -> None:
        upper = named("阳江市人民医院")
        found = {one.institution.code: one for one in queries.candidates_for("", sender_id=upper.pk, on=ON)}
        assert LinkKind.GROUP in found[named("双捷镇卫生院").code].links

    def test_an_ended_link_and_a_closed_house_do_not_count(self) -> None:
        Link.objects.all().update(valid_until=ON)
        Consortium.objects.all().update(valid_until=ON)
        Institution.objects.filter(code="yangjiang-people").update(valid_until=ON)
        found = queries.candidates_for(CARDIOLOGY, sender_id=self.sender(), on=ON)
        assert found
        assert not any(one.links or one.same_consortium for one in found)
        assert "yangjiang-people" not in {one.institution.code for one in found}

    def test_an_emergency_goes_where_there_is_an_emergency_department(self) -> None:
        found = queries.candidates_for("", sender_id=self.sender(), on=ON, emergency=True)
        assert found
        for one in found:
            assert any(unit.is_emergency for unit in one.institution.departments)

    def test_it_takes_one_query_once_the_network_is_known(self, django_assert_num_queries) -> None:
        queries.candidates_for(CARDIOLOGY, sender_id=self.sender(), on=ON)
        sender = self.sender()
        with django_assert_num_queries(1):
            queries.candidates_for(CARDIOLOGY, sender_id=sender, on=ON)


@pytest.mark.usefixtures("city")
class TestTheNetworkPage:
    def test_it_shows_every_institution_and_tie_once(self) -> None:
        page = queries.links_for_network_page(ON)
        shown = [node.code for _, nodes in page.counties for node in nodes]
        assert sorted(shown) == sorted(one.code for one in CITY.institutions if one.kind not in queries.AUTHORITIES)
        drawn = {(upper.code, lower.code, tie.kind) for upper, lower, tie in page.links}
        assert drawn == {(one.upper, one.lower, one.kind) for one in CITY.links}
        assert len(page.consortia) == len(CITY.consortia)

    def test_the_city_comes_first_and_the_counties_follow(self) -> None:
        assert [region.code for region, _ in queries.links_for_network_page(ON).counties][:2] == ["441700", "441702"]

    def test_a_county_shows_itself_and_what_it_is_tied_to(self) -> None:
        page = queries.links_for_network_page(ON, county="441721")
        nodes = {node.code: node for _, found in page.counties for node in found}
        assert "yangjiang-people" in nodes
        assert {tie.lower for _, _, tie in page.links} | {tie.upper for _, _, tie in page.links} <= {
            node.id for node in nodes.values()
        }
        assert all("441721" in (upper.county, lower.county) for upper, lower, _ in page.links)


@pytest.mark.usefixtures("city")
class TestTheSnapshot:
    def test_it_is_read_once_and_then_checked_by_one_query(self, django_assert_num_queries) -> None:
        first = network()
        with django_assert_num_queries(1):
            assert network() is first

    @pytest.mark.parametrize("how", ["save", "update", "delete", "raw", "twice"])
    def test_any_change_however_made_is_seen_at_once(self, how: str) -> None:
        before = network()
        link = Link.objects.first()
        assert link
        if how == "save":
            link.clause = "changed"
            link.save()
        elif how == "update":
            Region.objects.filter(code="441702").update(name="江城")
        elif how == "delete":
            link.delete()
        elif how == "raw":
            from django.db import connection

            with connection.cursor() as cursor:
                cursor.execute("UPDATE registry_link SET clause = 'raw' WHERE id = %s", [link.pk])
        else:
            Link.objects.filter(pk=link.pk).update(clause="once")
            assert network() is not before
            before = network()
            Link.objects.filter(pk=link.pk).update(clause="twice")
            assert next(tie for tie in network().ties if tie.clause == "twice")
        assert network() is not before

    def test_what_was_rolled_back_is_not_remembered(self) -> None:
        before = network().regions["441702"]
        with pytest.raises(RuntimeError), transaction.atomic():
            Region.objects.filter(code="441702").update(name="另一个区")
            assert network().regions["441702"][0] == "另一个区"
            raise RuntimeError
        assert network().regions["441702"] == before
