"""Two approvals at once: a draft is approved once, and no approval undoes another."""

from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from fenji.apps.common import policy_changes, rulebooks
from fenji.apps.common.clock import Frozen
from fenji.apps.common.errors import Stale
from fenji.apps.common.models import PolicyChange, RulebookVersion
from fenji.apps.common.policy_changes import AlreadyDecided, Officer
from fenji.kernel.roles import Role
from fenji.rulebook import load_rulebook
from tests.factories.officers import officer, weeks_ahead
from tests.races.together import together

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


@pytest.fixture
def officers(clock: Frozen) -> list[Officer]:
    rulebooks.store(load_rulebook("yangjiang"), at=clock.at)
    return [officer(name, Role.COMMISSION) for name in ("lin", "chen", "wu")]


def approving(change: PolicyChange, by: Officer, seen: str) -> Callable[[], Any]:
    return lambda: policy_changes.approve(change.pk, by=by, seen=seen)


def race_for_one_draft(officers: list[Officer], clock: Frozen) -> None:
    lin, chen, wu = officers
    change = policy_changes.draft(weeks_ahead(clock.at), by=lin)
    seen = rulebooks.current().hash
    outcomes = together([approving(change, by, seen) for by in (chen, wu, chen, wu)])
    won = [one for one in outcomes if isinstance(one, PolicyChange)]
    assert len(won) == 1 and all(isinstance(one, PolicyChange | AlreadyDecided | Stale) for one in outcomes), outcomes
    change.refresh_from_db()
    assert (change.state, change.decided_by_id) == ("approved", won[0].decided_by_id)
    assert RulebookVersion.objects.get(is_current=True).hash == change.version == won[0].version


def race_of_two_drafts(officers: list[Officer], clock: Frozen) -> None:
    """Of two changes approved at once on what was seen one is told to look again; both end in force."""
    (lin, chen, wu), today = officers, clock.at.date()
    drafts = [
        policy_changes.draft(weeks_ahead(clock.at, value=value, valid_from=begins, valid_until=ends), by=lin)
        for value, begins, ends in ((8, today + 2 * DAY, today + 40 * DAY), (12, today + 40 * DAY, None))
    ]
    seen = rulebooks.current().hash
    outcomes = together([approving(one, by, seen) for one, by in zip(drafts, (chen, wu), strict=True)])
    again = [draft for draft, one in zip(drafts, outcomes, strict=True) if isinstance(one, Stale)]
    assert len(again) == 1, outcomes
    policy_changes.approve(again[0].pk, by=wu, seen=rulebooks.current().hash)
    now = rulebooks.current()
    assert [now.weeks_ahead(clock.at.date() + n * DAY) for n in (1, 2, 39, 40)] == [4, 8, 8, 12]
    assert RulebookVersion.objects.filter(is_current=True).count() == 1


def test_a_draft_is_approved_once(officers: list[Officer], clock: Frozen) -> None:
    race_for_one_draft(officers, clock)


def test_no_approval_undoes_another(officers: list[Officer], clock: Frozen) -> None:
    race_of_two_drafts(officers, clock)


@pytest.mark.parametrize("race", [race_for_one_draft, race_of_two_drafts])
def test_without_the_lock_the_races_fail(
    officers: list[Officer], clock: Frozen, monkeypatch: pytest.MonkeyPatch, race: Callable[..., None]
) -> None:
    """Negative control: the same on a copy whose approvals do not wait for each other and lock no row."""

    @contextmanager
    def nobody_waits(city: str) -> Any:
        with transaction.atomic():
            yield

    monkeypatch.setattr(rulebooks, "alone", nobody_waits)
    monkeypatch.setattr(
        policy_changes,
        "_waiting",
        lambda change_id, *, by, own: PolicyChange.objects.get(pk=change_id, state="waiting"),
    )
    for _ in range(8):
        try:
            race(officers, clock)
        except (AssertionError, IntegrityError, PolicyChange.DoesNotExist):
            return
    pytest.fail("the race does not notice that the guard is gone")


def test_a_pack_loaded_while_a_change_is_approved_keeps_it(officers: list[Officer], clock: Frozen) -> None:
    lin, chen, _ = officers
    change = policy_changes.draft(weeks_ahead(clock.at), by=lin)
    seen, pack = rulebooks.current().hash, load_rulebook("yangjiang")
    outcomes = together([approving(change, chen, seen), lambda: rulebooks.store(pack, at=clock.at)])
    assert not [one for one in outcomes if isinstance(one, Exception)], outcomes
    assert rulebooks.current().weeks_ahead(change.from_on) == 8
