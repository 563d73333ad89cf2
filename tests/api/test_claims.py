"""Bills over the API: handed in by their own hospital, read by whom they concern, decided by the insurer."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from fenji.apps.common.clock import Frozen
from fenji.apps.payments import queries
from fenji.apps.payments.models import Claim, Item
from fenji.apps.residents.models import CareRelation, CareRelationKind, Resident, ResidentAccount
from fenji.apps.residents.relations import emergency_access, open_relation
from fenji.kernel.roles import Role
from fenji.kernel.tiers import Kind, Level, Tier
from tests.api.conftest import Api
from tests.factories.world import World, institution, resident_id
from tests.factories.world import person as make_person

Person = Callable[[str], Api]


@pytest.fixture(autouse=True)
def paying(world: World, clock: Frozen) -> None:
    """The resident is insured and at the county hospital; the insurer has an officer."""
    fund = institution("yj-yibao", "阳江市医保经办机构", Kind.INSURER, Tier.CITY, Level.NONE, world.region)
    world.people["insurer"] = make_person("insurer", fund, Role.INSURER)
    Resident.objects.update(scheme="resident")
    Item.objects.create(
        code="A1",
        name="住院费用",
        name_pinyin="",
        kind="service",
        item_class="a",
        valid_from="2000-01-01",
        basis="assumed",
    )
    open_relation(
        resident_id(world), institution_id=world.county.pk, kind=CareRelationKind.VISIT, cause_kind="visit",
        cause_id="1", at=clock.at - timedelta(days=10),
    )  # fmt: skip


def bill(world: World, clock: Frozen, **changes: object) -> dict[str, object]:
    ended = clock.at - timedelta(days=1)
    return {
        "resident_id": str(resident_id(world)), "institution": "yx-renmin", "setting": "inpatient", "number": "Z1",
        "admitted_at": (ended - timedelta(days=4)).isoformat(), "ended_at": ended.isoformat(),
        "lines": [{"name": "住院费用", "kind": "service", "amount_cents": 800_000, "code": "A1"}], **changes,
    }  # fmt: skip


def test_estimated_settled_and_read_by_those_it_concerns(county: Api, township: Api, person: Person, world, clock):
    expected = county.post("claims/estimate", bill(world, clock))
    assert (expected.status, Claim.objects.count()) == (200, 0)
    made = county.post("claims", bill(world, clock))
    assert (made.status, made.body["amounts"]) == (201, expected.body["amounts"])
    steps = made.body["steps"]
    assert steps == expected.body["steps"] and steps[0]["words"] == "总费用 8,000.00 元"
    ratio = next(one for one in steps if one["words"].startswith("基本支付比例"))
    assert ratio["clause"] and ratio["basis"] == "assumed"
    assert county.post("claims", bill(world, clock)).body["id"] == made.body["id"]
    path = f"claims/{made.body['id']}"
    assert [person(name).get(path).status for name in ("patient", "insurer", "doctor")] == [200, 200, 200]
    assert [person(name).get(path).status for name in ("tcm_office", "officer")] == [404, 404]
    assert township.post("claims", bill(world, clock)).status == 404  # another house's bill


def test_nobody_hands_in_the_own_bill_or_one_found_in_an_emergency(person: Person, world, clock):
    physician = person("physician")
    assert physician.post("claims/estimate", bill(world, clock)).status == 200
    mine = ResidentAccount.objects.create(
        user=world.physician, resident_id=resident_id(world), relation="spouse", from_at=clock.at
    )
    assert physician.post("claims", bill(world, clock)).status == 403
    mine.delete()
    CareRelation.objects.all().delete()
    assert physician.post("claims", bill(world, clock)).status == 404
    emergency_access(world.physician, resident_id(world), "昏迷送诊，家属不在场")
    assert physician.post("claims", bill(world, clock)).status == 403
    assert Claim.objects.count() == 0


def test_corrected_and_reversed_by_its_hospital_only(county: Api, township: Api, world, clock):
    made = county.post("claims", bill(world, clock)).body["id"]
    assert township.post(f"claims/{made}/reverse", {"reason": "试试"}).status == 404
    lines = [{"name": "住院费用", "kind": "service", "amount_cents": 700_000, "code": "A1"}]
    right = county.post(f"claims/{made}/correct", bill(world, clock, lines=lines) | {"reason": "多录"})
    assert (right.status, right.body["amounts"]["total_cents"], right.body["replaces"]) == (201, 700_000, made)
    assert county.post(f"claims/{made}/reverse", {"reason": "再撤"}).body["code"] == "claim_closed"
    assert county.post(f"claims/{right.body['id']}/reverse", {"reason": "撤销"}).body["state"] == "reversed"
    queries.check_balance()


def test_what_is_not_a_bill_is_refused_by_field(county: Api, world, clock):
    late = (clock.at + timedelta(days=1)).isoformat()
    for changes in ({"ended_at": late}, {"lines": []}, {"setting": "hotel"}, {"referral_state": "referred"}):
        answer = county.post("claims", bill(world, clock, **changes))
        assert (answer.status, bool(answer.body["fields"])) == (422, True)
    wrong = [{"name": "药", "kind": "drug", "amount_cents": -5}]
    assert county.post("claims", bill(world, clock, lines=wrong)).status == 422
    assert Claim.objects.count() == 0


def test_only_the_insurer_states_prepays_and_files_exemptions(county: Api, person: Person, world, clock):
    county.post("claims", bill(world, clock))
    insurer, month = person("insurer"), {"institution": "yx-renmin", "month": "2026-02-01"}
    filing = {"resident_id": str(resident_id(world)), "kind": "exemption"}
    for path, body in (("statements", month), ("prepayments", month | {"amount_cents": 100}), ("filings", filing)):
        assert county.post(path, body).status == 404
    assert insurer.post("prepayments", month | {"amount_cents": 100}).status == 201
    stated = insurer.post("statements", month)
    assert (stated.status, stated.body["due_cents"]) == (201, -100)
    assert insurer.post("filings", filing).status == 201
    emergency = filing | {"kind": "emergency", "institution": "yx-renmin"}
    assert county.post("filings", emergency).status == 201


def test_a_difference_to_the_official_system_is_named(county: Api, world, clock):
    amounts = county.post("claims/estimate", bill(world, clock)).body["amounts"]
    names = ("total", "deductible", "fund", "catastrophic", "assistance", "care", "self")
    official = {f"{name}_cents": amounts[f"{name}_cents"] for name in names}
    official["fund_cents"] += 1
    official["self_cents"] -= 1
    compared = county.post("claims/compare", bill(world, clock, official=official))
    assert {one["reason"] for one in compared.body["differences"]} == {"rounding"}


def test_a_case_goes_between_hospital_and_insurer(county: Api, township: Api, person: Person, world, clock):
    from fenji.apps.payments.actions.supervision import look_for_cases

    first = clock.at - timedelta(days=20)
    county.post("claims", bill(world, clock, number="Z1", diagnosis_code="I10"))
    early = {
        "admitted_at": (first - timedelta(days=3)).isoformat(),
        "ended_at": (first + timedelta(days=8)).isoformat(),
    }
    county.post("claims", bill(world, clock, number="Z0", diagnosis_code="I10", **early))
    look_for_cases(first.date(), (clock.at + timedelta(days=1)).date())
    [case] = county.get("cases").body["items"]
    assert township.get("cases").body["items"] == []
    move = {"move": "answer", "text": "病情反复", "version": case["version"]}
    assert township.post(f"cases/{case['id']}/move", move).status == 404
    assert county.post(f"cases/{case['id']}/move", move).body["state"] == "answered"
    assert county.post(f"cases/{case['id']}/move", move).status == 412
    decided = {"move": "clear", "text": "情况属实", "version": case["version"] + 1}
    assert county.post(f"cases/{case['id']}/move", decided).body["code"] == "wrong_case_step"
    assert person("insurer").post(f"cases/{case['id']}/move", decided).body["state"] == "cleared"


def test_the_insurer_enters_how_somebody_is_insured_and_bills_follow(county: Api, person: Person, world, clock):
    made = county.post("claims", bill(world, clock)).body
    path, insurer = f"residents/{resident_id(world)}/enrolments", person("insurer")
    begins = (clock.at - timedelta(days=30)).date().isoformat()
    done = insurer.post(path, {"scheme": "resident", "group": "destitute", "valid_from": begins})
    assert (done.status, done.body["is_changed"], done.body["bills"]) == (200, True, 1)
    assert [one["valid_from"] for one in insurer.get(path).body["items"]] == [begins]
    assert person("patient").get(f"claims/{made['id']}").body["amounts"]["self_cents"] < made["amounts"]["self_cents"]
    assert insurer.post(path, {"scheme": "commercial", "valid_from": begins}).status == 422
    assert [person(name).get(path).status for name in ("doctor", "officer", "patient")] == [404, 404, 404]
    assert county.post(path, {"scheme": "resident", "valid_from": begins}).status == 404
    queries.check_balance()
