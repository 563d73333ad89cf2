"""A rule is changed by two people, from a coming day on, in a new version; what was, stays as it was."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from fenji.apps.common import policy_changes, rulebooks
from fenji.apps.common.clock import Frozen
from fenji.apps.common.errors import Forbidden, Invalid, NotFound, Stale
from fenji.apps.common.models import AuditEvent, PolicyChange, RulebookVersion
from fenji.apps.common.policy_changes import AlreadyDecided, DayHasPassed, Officer, OwnDraft
from fenji.kernel.roles import Role
from fenji.kernel.tiers import Basis, Tier
from fenji.rulebook import Rulebook, load_rulebook
from tests.factories.officers import officer, weeks_ahead

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def lin(clock: Frozen) -> Officer:
    rulebooks.store(load_rulebook("yangjiang"), at=clock.at)
    return officer("lin")


@pytest.fixture
def chen(lin: Officer) -> Officer:
    return officer("chen", Role.COMMISSION)


def approved(by: Officer, other: Officer, clock: Frozen, **changed: Any) -> PolicyChange:
    change = policy_changes.draft(weeks_ahead(clock.at, **changed), by=by)
    return policy_changes.approve(change.pk, by=other, seen=rulebooks.current().hash)


def test_an_approved_change_is_in_force_from_its_day_and_old_days_keep_theirs(
    lin: Officer, chen: Officer, clock: Frozen
) -> None:
    before = rulebooks.current()
    change = approved(lin, chen, clock)
    now, today = rulebooks.current(), clock.at.date()
    assert (now.hash, change.state) == (change.version, PolicyChange.State.APPROVED)
    assert now.hash != before.hash and rulebooks.version(before.hash) == before  # the old version stays as it was
    assert [now.weeks_ahead(today + n * DAY) for n in (0, 1, 2, 400)] == [4, 4, 8, 8]
    dated = now.value("booking.weeks_ahead", on=change.from_on)
    assert (dated.layer, dated.clause, dated.status) == ("decision", "第三条", Basis.STATED)
    assert now.title_of(dated.source) == "阳卫〔2026〕7 号" and now.layers["decision"][0] == "本市决定"
    assert [one.hash for one in RulebookVersion.objects.filter(is_current=True)] == [now.hash]


def test_a_change_with_an_end_gives_way_to_the_rule_before_it(lin: Officer, chen: Officer, clock: Frozen) -> None:
    begins = clock.at.date() + 2 * DAY
    approved(lin, chen, clock, valid_from=begins, valid_until=begins + 10 * DAY)
    weeks = [rulebooks.current().weeks_ahead(begins + n * DAY) for n in (-1, 0, 9, 10)]
    assert weeks == [4, 8, 8, 4]


def test_an_assumption_stays_one(lin: Officer, chen: Officer, clock: Frozen) -> None:
    change = approved(lin, chen, clock, status=Basis.ASSUMED, ground="先试一季", clause="")
    dated = rulebooks.current().value("booking.weeks_ahead", on=change.from_on)
    assert (dated.source, dated.status) == ("assumption: 先试一季", Basis.ASSUMED)


def test_a_pack_loaded_anew_keeps_what_the_city_decided(lin: Officer, chen: Officer, clock: Frozen) -> None:
    change = approved(lin, chen, clock)
    pack = load_rulebook("yangjiang")
    content = pack.plain()
    content["values"]["medicines.aligned_formulary"][-1]["value"] = False
    newer = Rulebook.from_content(json.dumps(content))
    assert newer.hash != pack.hash
    rulebooks.store(newer, at=clock.at)
    now = rulebooks.current()
    assert now.value("medicines.aligned_formulary", on=change.from_on).value is False
    assert now.weeks_ahead(change.from_on) == 8
    rulebooks.store(pack, at=clock.at)
    assert rulebooks.current().hash == change.version  # the same content is the same version


def test_two_changes_of_one_rule_follow_each_other(lin: Officer, chen: Officer, clock: Frozen) -> None:
    first = approved(lin, chen, clock)
    second = approved(chen, lin, clock, value=12, valid_from=first.from_on + 30 * DAY)
    now = rulebooks.current()
    assert [now.weeks_ahead(first.from_on + n * DAY) for n in (-1, 0, 29, 30)] == [4, 8, 8, 12]
    assert second.version == now.hash


def test_nobody_decides_on_his_own_draft(lin: Officer, chen: Officer, clock: Frozen) -> None:
    change = policy_changes.draft(weeks_ahead(clock.at), by=lin)
    with pytest.raises(OwnDraft):
        policy_changes.approve(change.pk, by=lin, seen=rulebooks.current().hash)
    with pytest.raises(OwnDraft):
        policy_changes.refuse(change.pk, by=lin, note="不妥")
    with pytest.raises(Forbidden):
        policy_changes.withdraw(change.pk, by=chen)
    assert policy_changes.change_named(change.pk).state == PolicyChange.State.WAITING


def test_the_database_itself_wants_two_people(lin: Officer, clock: Frozen) -> None:
    change = policy_changes.draft(weeks_ahead(clock.at), by=lin)
    with pytest.raises(IntegrityError, match="second_person"), transaction.atomic():
        PolicyChange.objects.filter(pk=change.pk).update(
            state="approved", decided_by_id=lin.user.pk, decided_at=clock.at, version="x"
        )


@pytest.mark.parametrize(
    ("role", "tier"),
    [(Role.INSURER, Tier.COUNTY), (Role.COMMISSION, Tier.COUNTY), (Role.PHYSICIAN, Tier.CITY)],
)
def test_only_insurer_and_commission_of_the_city_change_rules(
    lin: Officer, clock: Frozen, role: Role, tier: Tier
) -> None:
    other = officer("other", role, tier)
    change = policy_changes.draft(weeks_ahead(clock.at), by=lin)
    with pytest.raises(Forbidden):
        policy_changes.draft(weeks_ahead(clock.at), by=other)
    with pytest.raises(Forbidden):
        policy_changes.approve(change.pk, by=other, seen=rulebooks.current().hash)
    with pytest.raises(Forbidden):
        policy_changes.refuse(change.pk, by=other, note="不妥")
    with pytest.raises(Forbidden):
        policy_changes.withdraw(change.pk, by=other)


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"key": "booking.weeks_behind"}, "key", "没有"),
        ({"value": 99}, "value", "1 到 26"),
        ({"key": "payment.ratio.inpatient", "value": {"employee": 900, "resident": 1900}}, "value", "resident"),
        ({"valid_from": "today"}, "valid_from", "今天以后"),
        ({"valid_until": "today"}, "valid_until", "晚于生效日期"),
        ({"ground": " "}, "ground", "文件名称"),
        ({"ground": "", "status": Basis.ASSUMED}, "ground", "理由"),
        ({"clause": ""}, "clause", "哪一条"),
        ({"why": " "}, "why", "理由"),
    ],
)
def test_a_wrong_draft_is_refused_field_by_field(
    lin: Officer, clock: Frozen, changed: dict[str, Any], field: str, words: str
) -> None:
    changed = {name: clock.at.date() if value == "today" else value for name, value in changed.items()}
    with pytest.raises(Invalid) as caught:
        policy_changes.draft(weeks_ahead(clock.at, **changed), by=lin)
    assert words in str(caught.value.fields[field])
    assert not PolicyChange.objects.exists()


def test_who_looked_at_another_version_looks_again(lin: Officer, chen: Officer, clock: Frozen) -> None:
    seen = rulebooks.current().hash
    first = policy_changes.draft(weeks_ahead(clock.at), by=lin)
    second = policy_changes.draft(weeks_ahead(clock.at, key="medicines.extended_prescription_days", value=14), by=lin)
    policy_changes.approve(first.pk, by=chen, seen=seen)
    with pytest.raises(Stale):
        policy_changes.approve(second.pk, by=chen, seen=seen)
    policy_changes.approve(second.pk, by=chen, seen=rulebooks.current().hash)
    now = rulebooks.current()
    assert now.weeks_ahead(first.from_on) == 8
    assert now.value("medicines.extended_prescription_days", on=second.from_on).value == 14


def test_a_decision_is_made_once(lin: Officer, chen: Officer, clock: Frozen) -> None:
    change = policy_changes.draft(weeks_ahead(clock.at), by=lin)
    with pytest.raises(Invalid):
        policy_changes.refuse(change.pk, by=chen, note=" ")
    refused = policy_changes.refuse(change.pk, by=chen, note="四周够了")
    assert (refused.state, refused.version, refused.note) == ("refused", "", "四周够了")
    for act in (
        lambda: policy_changes.approve(change.pk, by=chen, seen=rulebooks.current().hash),
        lambda: policy_changes.refuse(change.pk, by=chen, note="再说一次"),
        lambda: policy_changes.withdraw(change.pk, by=lin),
    ):
        with pytest.raises(AlreadyDecided):
            act()
    assert rulebooks.current().hash == load_rulebook("yangjiang").hash


def test_what_is_withdrawn_changes_nothing(lin: Officer, clock: Frozen) -> None:
    change = policy_changes.draft(weeks_ahead(clock.at), by=lin)
    assert policy_changes.withdraw(change.pk, by=lin).state == "withdrawn"
    assert rulebooks.current().hash == load_rulebook("yangjiang").hash


def test_a_day_that_came_meanwhile_is_not_changed(lin: Officer, chen: Officer, clock: Frozen) -> None:
    change = policy_changes.draft(weeks_ahead(clock.at), by=lin)
    clock.advance(2 * DAY)
    with pytest.raises(DayHasPassed):
        policy_changes.approve(change.pk, by=chen, seen=rulebooks.current().hash)


def test_everything_is_in_the_trail_and_in_order(lin: Officer, chen: Officer, clock: Frozen) -> None:
    one = approved(lin, chen, clock)
    clock.advance(DAY / 24)
    two = policy_changes.draft(weeks_ahead(clock.at, value=6), by=chen)
    assert [change.pk for change in policy_changes.changes()] == [two.pk, one.pk]
    assert [change.pk for change in policy_changes.changes_of("booking.weeks_ahead")] == [two.pk, one.pk]
    assert policy_changes.changes_of("booking.hold") == []
    events = AuditEvent.objects.filter(verb__startswith="policy.").order_by("pk")
    assert [event.verb for event in events] == ["policy.draft", "policy.approve", "policy.draft"]
    assert events[1].details == {"key": "booking.weeks_ahead", "from": one.from_on.isoformat(), "version": one.version}


def test_a_change_that_is_not_there_is_not_found(chen: Officer) -> None:
    with pytest.raises(NotFound):
        policy_changes.change_named(99)
    with pytest.raises(NotFound):
        policy_changes.approve(99, by=chen, seen="")
