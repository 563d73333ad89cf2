"""Over the API: published figures, duplicate registrations merged and parted, a record read in an emergency."""

from collections.abc import Callable
from datetime import date

import pytest

from fenji.apps.common.clock import Frozen
from fenji.apps.common.models import AuditEvent
from fenji.apps.notices.models import Notice
from fenji.apps.residents import proofs
from fenji.apps.residents.models import CareRelation, Resident
from fenji.apps.residents.relations import open_visit
from tests.api.conftest import Api
from tests.factories.policy import decide
from tests.factories.world import World, make_resident


@pytest.fixture
def twins(world: World, clock: Frozen) -> tuple[Resident, Resident]:
    """A newborn's two rows at the township, born on one day and of one name."""
    rows = [make_resident(clock.at, "李新生", is_verified=False) for _ in range(2)]
    for row in rows:
        row.id_kind, row.birth_date = "birth", date(2026, 3, 1)
        row.name_pinyin, row.name_initials = "li xin sheng", "lxs"
        row.save()
        open_visit(row, institution_id=world.township.pk, at=clock.at)
    return rows[0], rows[1]


def test_what_the_city_publishes_is_read_by_month(world: World, township: Api):
    decide(cost_control__publish_referrals=True)
    shown = township.get("figures/published")
    assert (shown.status, shown.body["month"], shown.body["below"]) == (200, "2026-02", 5)
    assert {one["code"] for one in shown.body["figures"]} >= {"sent_up", "refused", "on_time"}
    assert shown.body["items"] == []
    assert township.get("figures/published", month="2025-12").body["month"] == "2025-12"


@pytest.mark.parametrize("month", ["2026-03", "2023-01", "2026-13", "2026-00", "0000-01", "gestern"])
def test_a_month_that_is_not_whole_or_none_is_refused(world: World, township: Api, month: str):
    decide(cost_control__publish_referrals=True)
    assert township.get("figures/published", month=month).status == 422


def test_where_the_city_does_not_publish_there_is_nothing(world: World, township: Api):
    decide(cost_control__publish_referrals=False)
    assert township.get("figures/published").status == 404


def test_two_rows_are_found_merged_and_parted_again(world: World, twins, person: Callable[[str], Api]):
    head = person("head")
    [pair] = head.get("duplicates").body["items"]
    assert {pair["resident"]["id"], pair["other_id"]} == {str(one.pk) for one in twins}
    assert pair["other"]["name"] == "李新生" and pair["reasons"]
    assert AuditEvent.objects.get(verb="resident.list").details["list"] == "duplicates"
    asked = {"kept_id": pair["other_id"], "merged_id": pair["resident"]["id"], "reason": "同一新生儿登记两次"}
    made = head.post("merges", asked)
    assert made.status == 201
    assert head.get("duplicates").body["items"] == []
    undone = head.post(f"merges/{made.body['id']}/undo", {"reason": "核对后不是同一人"})
    assert (undone.status, len(head.get("duplicates").body["items"])) == (200, 1)


def test_of_a_row_of_another_house_only_a_masked_name_is_told(world: World, clock: Frozen, twins, person):
    CareRelation.objects.filter(resident=twins[1]).delete()
    [pair] = person("head").get("duplicates").body["items"]
    assert (pair["other"], pair["other_name"]) == (None, "李*生")
    assert str(twins[1].pk) not in AuditEvent.objects.get(verb="resident.list").details["residents"]


def test_a_stranger_finds_no_duplicates(world: World, twins, person: Callable[[str], Api]):
    assert person("city_physician").get("duplicates").body["items"] == []


def test_in_an_emergency_a_clinician_reads_for_three_hours_and_says_why(
    world: World, clock: Frozen, twins, person: Callable[[str], Api]
):
    stranger, api = twins[0], person("city_physician")
    path = f"residents/{stranger.pk}"
    assert api.get(path).status == 404
    proof = proofs.make(stranger.pk, world.city_physician, clock.at)
    assert api.post("emergency-access", {"proof": proof, "reason": "急"}).status == 422
    opened = api.post("emergency-access", {"proof": proof, "reason": "昏迷送入抢救室，需知用药"})
    assert (opened.status, opened.body["institution"]) == (201, world.city.code)
    assert api.get(path).status == 200
    assert AuditEvent.objects.get(verb="resident.emergency_access").reason == "昏迷送入抢救室，需知用药"
    assert Notice.objects.filter(kind="resident.emergency_access", resident_id=stranger.pk).exists()


def test_an_office_or_a_program_breaks_no_glass_and_no_proof_is_anothers(
    world: World, clock: Frozen, twins, person: Callable[[str], Api], county: Api
):
    reason = "昏迷送入抢救室，需知用药"
    of_another = proofs.make(twins[0].pk, world.physician, clock.at)
    assert person("city_physician").post("emergency-access", {"proof": of_another, "reason": reason}).status in {
        404,
        409,
        422,
    }
    own = proofs.make(twins[0].pk, world.city_office, clock.at)
    assert person("city_office").post("emergency-access", {"proof": own, "reason": reason}).status == 403
    assert county.post("emergency-access", {"proof": "x", "reason": reason}).status in {403, 404, 409, 422}
    assert not AuditEvent.objects.filter(verb="resident.emergency_access").exists()
