"""Every figure equals the same figure counted a second time in plain Python, over random histories."""

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.core.paginator import Paginator
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from fenji.apps.indicators.behind import OverdueRows, RowsBehind
from fenji.apps.indicators.definitions import FROM_FACTS, Side, Unit
from fenji.apps.indicators.figures import Figures, figures, figures_by_week, figures_of_institutions
from fenji.apps.indicators.flows import flows, refusal_reasons
from fenji.apps.indicators.institutions import figures_by_institution
from fenji.apps.indicators.overview import overview
from fenji.apps.indicators.present import follow_up_figure, overdue_by_institution, standstill
from fenji.apps.indicators.scope import Scope, tied_pairs
from fenji.apps.registry.models import Institution
from fenji.apps.registry.snapshot import network
from fenji.kernel.referral import STATES, State
from fenji.kernel.tiers import LinkKind
from tests.apps.indicators.histories import History, follow_ups, histories, write
from tests.apps.indicators.recount import Receipt, receipts, recounted
from tests.factories.world import World

SLOW_IS_FINE = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
GENERATED = [Phase.explicit, Phase.reuse, Phase.generate]  # shrinking would load forty rows over and over
FEW = settings(max_examples=3, deadline=None, phases=GENERATED, suppress_health_check=SLOW_IS_FINE)
MANY = settings(FEW, max_examples=40)


class Undo(Exception):
    """Leaves an example's rows behind."""


def in_numbers(found: Figures) -> dict[str, object]:
    """The shape of `recounted`."""
    return {
        code: (one.count, one.among) if one.definition.unit is Unit.SHARE
        else (one.count, one.hours) if one.definition.unit is Unit.HOURS
        else one.count
        for code, one in found.items()
    }  # fmt: skip


def same(found: dict[str, object], expected: dict[str, object]) -> None:
    assert found.keys() == expected.keys()
    for code, value in expected.items():
        assert found[code] == pytest.approx(value) if value != (0, None) else found[code] == value, code


def scopes(world: World) -> list[Scope]:
    start = world.at - timedelta(days=14)
    own = frozenset({world.county.pk, world.township.pk})
    return [
        Scope(start, world.at, world.at),
        Scope(start, world.at - timedelta(days=5), world.at, own),
        Scope(start, world.at, world.at, frozenset({world.city.pk})),
    ]


def houses() -> dict[int, Institution]:
    return {one.pk: one for one in Institution.objects.all()}


@FEW
@given(seed=st.integers(0, 10**9))
def test_every_figure_is_the_one_counted_by_hand(world: World, seed: int) -> None:
    check_figures(world, seed)


@pytest.mark.prove
@MANY
@given(seed=st.integers(0, 10**9))
def test_every_figure_of_many_histories_is_the_one_counted_by_hand(world: World, seed: int) -> None:
    check_figures(world, seed)


def check_figures(world: World, seed: int) -> None:
    with pytest.raises(Undo), transaction.atomic():
        made = histories(world, random.Random(seed), count=40, at=world.at)
        write(made)
        for scope in scopes(world):
            turns = receipts(made, scope)
            tied = set(scope.tied_pairs)
            same(in_numbers(figures(scope)), recounted(turns, houses(), tied))
            check_institutions(turns, scope, tied)
            check_weeks(turns, scope, tied)
            check_flows(turns, scope)
            check_lists(scope)
            check_overview(scope)
        raise Undo


def check_institutions(turns: list[Receipt], scope: Scope, tied: set[tuple[int, int]]) -> None:
    found, here = figures_of_institutions(scope), houses()
    senders = {turn.history.referral.sender_id for turn in turns}
    assert set(found) == senders | {turn.receiver for turn in turns}
    for house, values in found.items():
        sent = recounted([turn for turn in turns if turn.history.referral.sender_id == house], here, tied)
        received = recounted([turn for turn in turns if turn.receiver == house], here, tied)
        same(
            in_numbers(values),
            {one.code: (sent if one.side is Side.SENDER else received)[one.code] for one in FROM_FACTS},
        )


def check_weeks(turns: list[Receipt], scope: Scope, tied: set[tuple[int, int]]) -> None:
    found, here = figures_by_week(scope), houses()
    assert sum(values["sent_up"].count for values in found.values()) == figures(scope)["sent_up"].count
    for monday, values in found.items():
        assert monday.weekday() == 0
        own = [turn for turn in turns if monday_of(turn.history.referral.sent_at) == monday]
        same(in_numbers(values), recounted(own, here, tied))


def monday_of(moment: datetime | None) -> object:
    assert moment is not None
    local = (moment + timedelta(hours=8)).date()
    return local - timedelta(days=local.weekday())


def check_flows(turns: list[Receipt], scope: Scope) -> None:
    last = [turn for turn in turns if turn.is_last]
    ends = [(one.history.referral.sender_id, one.receiver, one.history.referral.direction) for one in last]
    found = flows(scope)
    assert {(f.sender_id, f.receiver_id, f.direction): f.count for f in found} == {end: ends.count(end) for end in ends}
    assert [f.count for f in found] == sorted((f.count for f in found), reverse=True)
    assert sum(number for _, number in refusal_reasons(scope)) == sum(turn.refused for turn in turns)


def check_lists(scope: Scope) -> None:
    """The list behind a figure has as many rows as the figure says, with the rest of its base beside it."""
    for code, one in figures(scope).items():
        rows = RowsBehind(one.definition, scope)
        assert len(rows) == len(rows[0:500]) == one.count, code
        for number in (1, 2, 99):
            page = Paginator(RowsBehind(one.definition, scope).read(number, 4), 4).get_page(number)  # type: ignore[arg-type]
            place = (min(number, page.paginator.num_pages) - 1) * 4
            assert list(page.object_list) == rows[0:500][place : place + 4]
        if one.definition.unit is Unit.SHARE:
            assert len(RowsBehind(one.definition, scope, rest=True)) == one.among - one.count


def check_overview(scope: Scope) -> None:
    """What the first page reads at once is what each would be read alone."""
    trend = replace(scope, start=scope.start - timedelta(days=9))
    found = overview(scope, trend, ("sent_up", "on_time", "to_answer"))
    same(in_numbers(found.figures), in_numbers(figures(scope)))
    assert (found.flows, found.reasons) == (flows(scope), refusal_reasons(scope))
    weeks = figures_by_week(trend)
    assert list(found.weeks) == list(weeks)
    for week, values in found.weeks.items():
        for code in ("sent_up", "on_time", "to_answer"):
            assert values[code].value == pytest.approx(weeks[week][code].value)


@FEW
@given(seed=st.integers(0, 10**9))
def test_what_stands_still_is_what_the_rows_say(world: World, seed: int) -> None:
    check_standstill(world, seed)


@pytest.mark.prove
@MANY
@given(seed=st.integers(0, 10**9))
def test_what_stands_still_in_many_histories_is_what_the_rows_say(world: World, seed: int) -> None:
    check_standstill(world, seed)


def check_standstill(world: World, seed: int) -> None:
    with pytest.raises(Undo), transaction.atomic():
        dice = random.Random(seed)
        made = histories(world, dice, count=30, at=world.at)
        write(made)
        tasks = follow_ups(made, dice, (world.at + timedelta(hours=8)).date())
        for scope in scopes(world):
            late = [one for one in made if is_stuck(one, scope)]
            found = standstill(scope)
            assert found.count == len(late) == len(OverdueRows(scope))
            assert found.since == min((one.referral.due_at for one in late), default=None)
            by_house = overdue_by_institution(scope)
            for house in houses():
                mine = sum(turn_of(one) == house for one in late)
                assert mine == (by_house[house].count if house in by_house else 0) == len(OverdueRows(scope, house))
            first, last = ((m + timedelta(hours=8)).date() for m in (scope.start, scope.until))
            due = [t for t in tasks if first <= t.due_on < last and inside(t.institution_id, scope)]
            done = [t for t in due if t.done_at and (t.done_at + timedelta(hours=8)).date() <= t.due_on]
            figure = follow_up_figure(scope)
            assert (figure.count, figure.among) == (len(done), len(due))
        raise Undo


def is_stuck(one: History, scope: Scope) -> bool:
    r = one.referral
    ends = inside(r.sender_id, scope) or inside(r.receiver_id, scope)
    return bool(r.due_at and r.due_at <= scope.at and ends)


def inside(house: int | None, scope: Scope) -> bool:
    return scope.institution_ids is None or house in scope.institution_ids


def turn_of(one: History) -> int | None:
    owner = STATES[State(one.referral.state)].owner
    return one.referral.sender_id if owner in {"sender", "approver"} else one.referral.receiver_id


def test_a_period_without_referrals_has_figures_of_nothing(world: World) -> None:
    scope = scopes(world)[0]
    found = figures(scope)
    assert set(found) == {one.code for one in FROM_FACTS}
    assert found["sent_up"].value == 0
    assert found["on_time"].value is None  # a share of nothing is no share
    assert found["to_answer"].value is None
    assert [len(flows(scope)), len(refusal_reasons(scope))] == [0, 0]
    assert not any(row.is_active for row in figures_by_institution(scope))
    assert len(figures_by_week(scope)) == 3  # 18 February, a Wednesday, to 4 March


def test_a_tie_excuses_sending_past_a_tier_and_only_on_its_days(world: World) -> None:
    pair = (world.township.pk, world.city.pk)
    today = world.at.date()
    assert pair not in tied_pairs(network(), today)
    world.city.links_down.create(
        lower=world.township, kind=LinkKind.ASSISTANCE, basis="stated", valid_until=today + timedelta(days=1)
    )
    assert pair in tied_pairs(network(), today)
    assert pair not in tied_pairs(network(), today + timedelta(days=1))
    assert (world.township.pk, world.county.pk) not in tied_pairs(network(), today)  # one tier up needs no excuse
