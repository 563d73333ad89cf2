"""Many bills of many people in one pass: `settle` for each, the year and its chains carried from bill to bill.

Plain lines, meant for `batch` to compile; the single bill's year in `year` takes the same steps, and a test compares.
"""

from typing import Any

from fenji.kernel.payment.faults import Fault, fault_of
from fenji.kernel.payment.outcome import Settlement
from fenji.kernel.payment.person import PersonYear
from fenji.kernel.payment.rows import MOST_CHAINS, Rows
from fenji.kernel.payment.settle import Chain, after, chain_after, settle

MISSING, OUT_OF_ORDER, DUPLICATE = int(Fault.MISSING), int(Fault.OUT_OF_ORDER), int(Fault.DUPLICATE)
TOO_MANY_CHAINS, OPENING, NO_POLICY = int(Fault.TOO_MANY_CHAINS), int(Fault.OPENING), int(Fault.NO_POLICY)
NEW_YEAR = PersonYear()


def settle_people(
    rows: Rows, policies: Rows, openings: Rows, underway: Rows, room: Rows, out: Rows, beyond: int
) -> int:
    """Settle every bill in order of person and day into `out`; one with a fault is set aside and leaves no trace.

    A person's bills must all be here, and every person's number above `beyond`. A bill falls under the policy in force
    on its day; a year begins with its opening and the chains under way, where there are any. `room` has MOST_CHAINS
    places. Returns the last person.
    """
    person, chains, begin, opened, joined, unfit = NEW_YEAR, 0, 0, 0, 0, 0
    who, year, day, newest = beyond, 0, 0, 0
    policy = policies[0]
    for i in range(len(rows)):
        row, kept = rows[i], out[i]
        kept.fault = fault_in_order(row, who, day)
        if kept.fault != 0:
            continue
        if row.person != who or row.year != year:
            person, chains, begin, newest, unfit = NEW_YEAR, 0, i, row.id - 1, 0
            opened = opening_at(openings, opened, row.person, row.year)
            if has_opening(openings, opened, row.person, row.year):
                person, unfit = year_opened(openings[opened]), openings[opened].fault
            joined = opening_at(underway, joined, row.person, row.year)
            while has_opening(underway, joined, row.person, row.year):
                unfit |= underway[joined].fault | (chains == MOST_CHAINS)
                if unfit == 0:
                    join_chain(room[chains], underway[joined])
                    chains += 1
                joined += 1
        who, year, day = row.person, row.year, row.day
        if not is_in_force(policy, day):
            policy = policies[place_in_force(policies, day)]
        place = 0
        if row.chain != 0:
            place = place_of(row.chain, chains, room)
            if place < chains:
                take_chain(row, room[place])
        kept.fault = fault_in_year(rows, i, begin if row.id <= newest else i, place, out)
        if unfit != 0 or not is_in_force(policy, day):
            kept.fault = OPENING if unfit != 0 else NO_POLICY
        if kept.fault == 0:
            kept.fault = fault_of(row, person)
        if kept.fault != 0:
            continue
        settled = settle(row, person, policy)
        keep(kept, settled)
        if row.chain != 0:
            put_chain(room[place], row.chain, chain_after(row, person, policy, settled))
            chains = max(chains, place + 1)
        person, newest = after(row, person, policy, settled), max(newest, row.id)
    return who


def fault_in_order(row: Any, who: int, day: int) -> int:
    """What keeps a row from being looked at: a value missing, or its place after person `who` and their last day."""
    if row.missing != 0:
        return MISSING
    backward = row.person < who or (row.person == who and row.day < day)
    return OUT_OF_ORDER if backward else 0


def fault_in_year(rows: Rows, i: int, begin: int, place: int, out: Rows) -> int:
    """What is wrong with a row among the person's settled rows from `begin` on, where its like may be."""
    if place >= MOST_CHAINS:
        return TOO_MANY_CHAINS
    for j in range(begin, i):
        if rows[j].id == rows[i].id and out[j].fault == 0:
            return DUPLICATE
    return 0


def is_in_force(policy: Any, day: int) -> bool:
    return bool((policy.first_day <= day) & (day < policy.last_day))


def place_in_force(policies: Rows, day: int) -> int:
    """Where the policy of a day stands; the first where none is in force."""
    for place in range(len(policies)):
        if is_in_force(policies[place], day):
            return place
    return 0


def opening_at(openings: Rows, place: int, person: int, year: int) -> int:
    """From `place` on, where the (first) opening of a person's year stands, or would stand."""
    while place < len(openings) and (
        openings[place].person < person or (openings[place].person == person and openings[place].year < year)
    ):
        place += 1
    return place


def has_opening(openings: Rows, place: int, person: int, year: int) -> bool:
    return place < len(openings) and openings[place].person == person and openings[place].year == year


def year_opened(opening: Any) -> PersonYear:
    borne, paid = opening.deductible_cents, opening.fund_cents
    return PersonYear(
        opening.stays,
        (borne[0], borne[1], borne[2], borne[3], borne[4]),
        (paid[0], paid[1], paid[2], paid[3], paid[4]),
        opening.burden_cents,
        opening.catastrophic_cents,
        opening.hardship_cents,
        opening.assistance_cents,
    )


def join_chain(kept: Any, begun: Any) -> None:
    put_chain(kept, begun.id, Chain(begun.tier, begun.order, begun.deductible_cents, begun.ratio_permille))


def place_of(chain: int, chains: int, room: Rows) -> int:
    """Where the chain is kept, or the next free place."""
    place = 0
    while place < chains and room[place].id != chain:
        place += 1
    return place


def take_chain(row: Any, chain: Any) -> None:
    row.chain_tier = chain.tier
    row.chain_order = chain.order
    row.chain_deductible_cents = chain.deductible_cents
    row.chain_ratio_permille = chain.ratio_permille


def put_chain(kept: Any, id_: int, chain: Chain) -> None:
    kept.id = id_
    kept.tier = chain.tier
    kept.order = chain.order
    kept.deductible_cents = chain.deductible_cents
    kept.ratio_permille = chain.ratio_permille


def keep(kept: Any, settled: Settlement) -> None:
    kept.deductible_cents = settled.deductible_cents
    kept.ratio_permille = settled.ratio_permille
    kept.fund_cents = settled.fund_cents
    kept.catastrophic_cents = settled.catastrophic_cents
    kept.assistance_cents = settled.assistance_cents
    kept.care_cents = settled.care_cents
    kept.self_cents = settled.self_cents
    kept.flags = settled.flags
