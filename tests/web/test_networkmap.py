"""The network's pictures tell the truth and can be read: every tie drawn once, nothing over anything else."""

from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from fenji.apps.common.clock import Frozen
from fenji.apps.registry.snapshot import Snapshot, network
from fenji.cities.network import load_network
from fenji.kernel.tiers import LinkKind, Tier
from fenji.web.networkmap import diagram, geography, listing
from fenji.web.networkmap.outlines import outline
from fenji.web.networkmap.selection import Selection, Shown, selection_from, shown
from fenji.web.networkmap.shapes import CHIP_HEIGHT, Chip, Diagram
from fenji.web.presenters.dates import local
from tests.conftest import NOON
from tests.factories.city import standing_city

COUNTIES = ("441702", "441704", "441721", "441781")


@pytest.fixture(scope="module")
def standing(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with standing_city(django_db_blocker, NOON, with_staff=False):
        yield


@pytest.fixture
def city(standing: None, db: None, clock: Frozen) -> Snapshot:
    return network()


def seen(city: Snapshot, clock: Frozen, **chosen: object) -> Shown:
    return shown(city, Selection(**chosen), on=local(clock.at).date())


def drawn(city: Snapshot, found: Shown) -> Diagram:
    return diagram.draw(found, {code: name for code, (name, _parent) in city.regions.items()})


def chips(drawing: Diagram) -> list[Chip]:
    return [*(leader.chip for leader in drawing.leaders), *drawing.chips]


def mapped(city: Snapshot, found: Shown) -> geography.Map:
    rings = {code: outline(code) for code in COUNTIES}
    return geography.draw(found, rings, {code: city.regions[code][0] for code in COUNTIES})


def test_every_institution_that_treats_is_drawn_once(city: Snapshot, clock: Frozen) -> None:
    found = seen(city, clock)
    codes = [chip.node.code for chip in chips(drawn(city, found))]
    expected = [one.code for one in load_network("yangjiang").institutions if one.tier > Tier.VILLAGE]
    authorities = {node.code for node in city.nodes.values() if node.kind in {"commission", "insurer"}}
    assert sorted(codes) == sorted(set(expected) - authorities)
    assert len(codes) >= 60


def test_every_tie_runs_on_exactly_one_rail(city: Snapshot, clock: Frozen) -> None:
    found = seen(city, clock)
    on_rails = [
        (leader.chip.node.id, lower, rail.kind)
        for leader in drawn(city, found).leaders
        for rail in leader.rails
        for lower in rail.lowers
    ]
    assert sorted(on_rails) == sorted(
        (tie.upper, tie.lower, tie.kind) for tie in found.ties if tie.kind != LinkKind.VILLAGE
    )


def test_the_group_of_the_plan_is_on_the_drawing(city: Snapshot, clock: Frozen) -> None:
    drawing = drawn(city, seen(city, clock, kind=LinkKind.GROUP))
    (leader,) = drawing.leaders
    names = {city.nodes[lower].name for rail in leader.rails for lower in rail.lowers}
    assert leader.chip.node.name == "阳江市人民医院"
    assert names == {"江城区人民医院", "江城区双捷镇卫生院", "江城区埠场镇卫生院"} or len(names) == 3


def test_no_two_institutions_lie_over_each_other(city: Snapshot, clock: Frozen) -> None:
    for chosen in ({}, {"county": "441781"}, {"consortium": "yangjiang-people-group"}):
        laid = chips(drawn(city, seen(city, clock, **chosen)))
        for i, one in enumerate(laid):
            for other in laid[i + 1 :]:
                apart = abs(one.y - other.y) >= CHIP_HEIGHT or one.right <= other.x or other.right <= one.x
                assert apart, (one.node.code, other.node.code)


def test_everything_lies_inside_the_picture(city: Snapshot, clock: Frozen) -> None:
    drawing = drawn(city, seen(city, clock))
    for chip in chips(drawing):
        assert drawing.x <= chip.x
        assert chip.right <= drawing.x + drawing.width
        assert chip.top >= 0
        assert chip.top + CHIP_HEIGHT <= drawing.height


def test_the_two_sides_are_about_equally_high(city: Snapshot, clock: Frozen) -> None:
    bands = drawn(city, seen(city, clock)).bands
    left = max(band.y + band.height for band in bands if band.x < 0)
    right = max(band.y + band.height for band in bands if band.x > 0)
    assert min(left, right) / max(left, right) > 0.8


def test_village_stations_are_counted_beside_their_township(city: Snapshot, clock: Frozen) -> None:
    stations = sum(node.tier == Tier.VILLAGE for node in city.nodes.values())
    assert sum(chip.village_count for chip in chips(drawn(city, seen(city, clock)))) == stations


def test_an_empty_selection_draws_an_empty_picture(city: Snapshot) -> None:
    drawing = diagram.draw(Shown((), (), {}), {})
    assert chips(drawing) == []
    assert geography.draw(Shown((), (), {}), {}, {}).pins == ()


def test_a_county_shows_its_own_and_those_above_them(city: Snapshot, clock: Frozen) -> None:
    found = seen(city, clock, county="441781")
    assert {node.county for node in found.nodes if node.tier < Tier.CITY} == {"441781"}
    outside = {node.id for node in found.nodes if node.county != "441781"}
    assert outside == {tie.upper for tie in found.ties} & outside


def test_a_consortium_shows_its_members_only(city: Snapshot, clock: Frozen) -> None:
    union = next(one for one in city.unions if one.code == "yangjiang-people-group")
    assert {node.id for node in seen(city, clock, consortium=union.code).nodes} == union.members


def test_unknown_filters_count_as_not_chosen(city: Snapshot) -> None:
    query = {"county": "999999", "consortium": "'; drop table", "kind": "friendship"}
    assert selection_from(query, city) == Selection()


def test_outlines_of_the_four_counties_are_known_and_others_not() -> None:
    assert all(len(max(outline(code), key=len)) > 50 for code in COUNTIES)
    assert outline("000000") == ()


def test_an_institution_stands_in_its_county_on_the_map(city: Snapshot, clock: Frozen) -> None:
    """Ray casting: institutions of a county lie in its outline, but for some that stand near a simplified border."""

    def inside(x: float, y: float, ring: tuple[tuple[float, float], ...]) -> bool:
        crossings = 0
        for (x1, y1), (x2, y2) in zip(ring, (*ring[1:], ring[0]), strict=True):
            crossings += (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1
        return bool(crossings % 2)

    nodes = [node for node in seen(city, clock).nodes if node.county in COUNTIES and node.longitude and node.latitude]
    right = sum(any(inside(node.longitude, node.latitude, ring) for ring in outline(node.county)) for node in nodes)
    assert right / len(nodes) > 0.85


def test_no_label_of_the_map_covers_another(city: Snapshot, clock: Frozen) -> None:
    found = mapped(city, seen(city, clock))
    assert found.detail
    for pins in (found.pins, found.detail.pins):
        boxes = []
        for pin in pins:
            if pin.anchor:
                length = len(pin.node.short_name) * geography.LETTER
                start = pin.label_x if pin.anchor == "start" else pin.label_x - length
                boxes.append((start, pin.label_y - geography.LINE + 3, start + length, pin.label_y + 3))
        for i, one in enumerate(boxes):
            assert not any(geography._overlap(one, other) for other in boxes[i + 1 :])


def test_every_institution_has_its_name_on_the_map_or_in_the_enlargement(city: Snapshot, clock: Frozen) -> None:
    found = mapped(city, seen(city, clock))
    assert found.detail
    named = {pin.node.id for pin in (*found.pins, *found.detail.pins) if pin.anchor}
    unnamed = [pin.node.short_name for pin in found.pins if pin.node.id not in named]
    assert len(unnamed) <= 3, unnamed


def test_the_list_says_the_same_as_the_picture(city: Snapshot, clock: Frozen) -> None:
    found = seen(city, clock)
    rows = [row for county in listing.counties(city, found, on=local(clock.at).date()) for row in county.rows]
    assert {row.node.id for row in rows} == {node.id for node in found.nodes}
    pairs = {(above.node.id, row.node.id) for row in rows for above in row.above}
    assert pairs == {(tie.upper, tie.lower) for tie in found.ties}


@pytest.mark.parametrize(
    "query",
    ["", "?view=map", "?county=441702", "?kind=group&view=map", "?county=441781&consortium=yangjiang-people-group"],
)
def test_the_page_answers_every_filter(city: Snapshot, client: Client, query: str) -> None:
    html = client.get(f"/network/{query}").content.decode()
    assert "医疗网络" in html
    assert ("<svg" in html) or "没有符合条件的机构" in html


def test_an_institutions_page_tells_its_facts_with_clauses(city: Snapshot, client: Client) -> None:
    html = client.get("/network/yangjiang-people/").content.decode()
    for words in ("阳江市人民医院", "三级", "急危重症", "江城区人民医院", "医院集团", "Y 二(三)1", "转诊协调"):
        assert words in html
    assert "assumed_fields" not in html


def test_duty_phones_are_for_those_who_are_logged_in(city: Snapshot, client: Client) -> None:
    duty = load_network("yangjiang").institution("yangjiang-people").office
    assert duty and duty.duty_phone
    assert duty.duty_phone not in client.get("/network/yangjiang-people/").content.decode()


def test_every_institution_has_a_page(city: Snapshot, client: Client) -> None:
    for kind in {node.kind for node in city.nodes.values()}:
        code = next(node.code for node in city.nodes.values() if node.kind == kind)
        assert client.get(f"/network/{code}/").status_code == 200, code


def test_an_unknown_institution_is_not_found(city: Snapshot, client: Client) -> None:
    assert client.get("/network/no-such-place/").status_code == 404
