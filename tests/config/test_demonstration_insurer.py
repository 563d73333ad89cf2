"""The insurer's desk of the demonstration: every page has something on it, by real actions, and it all balances."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from fenji.apps.common import clock
from fenji.apps.contracts.models import Contract
from fenji.apps.payments import books, queries
from fenji.apps.payments.actions.shadow import differences
from fenji.apps.payments.catalogue import load_example
from fenji.apps.payments.models import Claim, Enrolment, Posting, PostingKind, Shortfall, Statement, Transfer
from fenji.apps.referrals.models import Referral
from fenji.apps.residents.models import Resident
from fenji.config import billing, demonstration_insurer
from fenji.kernel.referral import State
from fenji.kernel.roles import Role
from fenji.kernel.tiers import Kind, Level, Tier
from tests.factories.journey import reach, step
from tests.factories.world import World, institution, make_resident, make_world, person

A_WEDNESDAY = datetime(2026, 11, 18, 2, 30, tzinfo=UTC)
PEOPLE = 40


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Filled once for the module: signed residents, one handed on from hospital to hospital, the desk."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        with clock.set_to(A_WEDNESDAY - timedelta(days=6)) as frozen:
            world = _town(frozen.at)
            patch.setattr(billing, "story_resident", lambda: Resident.objects.get(name="居民0"))
            houses = {"TOWNSHIP": world.township.code, "COUNTY": world.county.code, "CITY": world.city.code}
            for module, (name, code) in product((billing, demonstration_insurer), houses.items()):
                patch.setattr(module, name, code)
            patch.setattr(billing, "HOUSES", tuple(houses.values()))
            _handed_on(world, frozen)
            frozen.move_to(A_WEDNESDAY)
            billing.settle_bills(lambda done, of: None)
            yield world
        transaction.set_rollback(True)


def _town(at: datetime) -> World:
    world = make_world(at)
    agency = institution("yj-yibao", "阳江市医保经办机构", Kind.INSURER, Tier.CITY, Level.NONE, world.region)
    world.people["insurer"] = person("insurer", agency, Role.INSURER)
    load_example()
    Resident.objects.update(scheme="resident")
    for number in range(PEOPLE):
        Contract.objects.create(
            resident=make_resident(at, name=f"居民{number}", scheme="resident"), team=world.team, signed_at=at,
            valid_from=at.date() - timedelta(days=700), valid_until=at.date() + timedelta(days=300),
        )  # fmt: skip
    return world


def _handed_on(world: World, frozen: Any) -> None:
    reach(world, State.IN_CARE)
    up = Referral.objects.get()
    frozen.advance(timedelta(days=1))
    step(world, up, "hand_on")
    child = Referral.objects.get(parent=up)
    for action in ("arrive", "start_care", "reply"):
        frozen.advance(timedelta(hours=5))
        step(world, child, action)


def _page(world: World, path: str, *words: str) -> str:
    client = Client()
    client.force_login(world.people["insurer"])
    answer = client.get(path, follow=True)
    assert answer.status_code == 200, path
    page = answer.content.decode()
    assert [word for word in words if word not in page] == []
    return page


def test_it_balances_and_is_filled_once(world: World) -> None:
    assert queries.check_balance()["claims"] == Claim.objects.filter(mode="official").count() > 100
    assert books.check_statements() == Statement.objects.count() > 5
    assert billing.settle_bills(lambda done, of: None) == 0


def test_shortfalls_wait_for_both_reasons(world: World) -> None:
    causes = set(queries.open_shortfalls().values_list("cause", flat=True))
    assert None in causes and len(causes) >= 2
    _page(world, "/insurer/shortfalls/", "患者本应多付", "决定")
    for one in Shortfall.objects.filter(decision=""):
        words = "参保或期初累计有变更" if one.cause is None else "另一张单据被冲销"
        _page(world, f"/insurer/shortfalls/{one.pk}/", words, "由谁承担")
        if one.cause is None:
            _page(world, f"/insurer/enrolments/{one.claim.resident_id}/", "暂停", "补差待决", "享受中")


def test_somebody_on_low_income_got_money_back(world: World) -> None:
    whose = Enrolment.objects.get(group="low_income").resident
    posted = Posting.objects.filter(kind=PostingKind.ADJUSTMENT, claim__resident=whose)
    assert posted and all(one.self_cents < 0 for one in posted)


def test_compared_lists_name_every_kind_of_difference(world: World) -> None:
    found = [[gap.reason for gap in differences(claim)] for claim in queries.shadow_claims()]
    assert {reason for reasons in found for reason in reasons} >= {"state", "deductible", "rounding", "total"}
    assert [] in found
    _page(world, "/insurer/compared/", "与官方", "起付线", "统筹支付")


def test_one_year_is_cleared_one_can_be_and_one_lacks_a_month(world: World) -> None:
    last = A_WEDNESDAY.year - 1
    _page(world, f"/insurer/clearing/?year={last}", "已清算", "可以清算", "1 个月没有结算单")
    assert Transfer.objects.get(kind="clearing").institution == world.township
    for house in (world.township, world.county, world.city):
        _page(world, f"/insurer/clearing/{last}/{house.pk}/", "全年往来")
    _page(world, "/insurer/statements/", "出具", "已出具，与入账相符")


def test_a_chain_through_two_hospitals_bears_the_difference_only(world: World) -> None:
    chained = Claim.objects.filter(mode="official").exclude(chain="").order_by("ended_at")
    first, second = chained
    assert first.chain == second.chain and (first.institution, second.institution) == (world.county, world.city)
    full, due = second.settlement["deductible_full_cents"], second.settlement["deductible_due_cents"]
    assert due == full - first.settlement["deductible_cents"] > 0
    _page(world, f"/bills/{second.pk}/", "此前已承担的计入")


def test_the_fund_page_says_what_waits(world: World) -> None:
    _page(world, "/insurer/fund/", "笔补差等您决定", "按转诊状态", "经转诊")
