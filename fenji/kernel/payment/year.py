"""A person's year in order of time, and what changes when a bill comes late, is corrected or reversed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from fenji.kernel.payment.bill import Bill
from fenji.kernel.payment.faults import Fault, fault_of
from fenji.kernel.payment.outcome import Settlement
from fenji.kernel.payment.person import PersonYear
from fenji.kernel.payment.policy import PaymentPolicy
from fenji.kernel.payment.settle import Chain, after, chain_after, settle, with_chain

PolicyOn = Callable[[date], PaymentPolicy]
NO_CHAINS: Mapping[str, Chain] = {}


@dataclass(frozen=True)
class DatedBill:
    """A bill of the person, the day that orders it (discharge or visit), and the referral chain it belongs to."""

    id: str
    on: date
    bill: Bill
    chain: str = ""


@dataclass(frozen=True)
class Settled:
    """A bill in its year: with what went before in its chain, and what the year had seen before it."""

    id: str
    bill: Bill
    before: PersonYear
    settlement: Settlement


class BillRefused(ValueError):
    """A bill that cannot be settled, with its fault."""

    def __init__(self, id_: str, fault: Fault) -> None:
        super().__init__(f"{id_}: {fault.name}")
        self.id, self.fault = id_, fault


@dataclass(frozen=True)
class Difference:
    """What a new settlement of the year changes for one bill; to be posted, payer by payer, in 分."""

    id: str
    was_posted: bool
    total_cents: int
    fund_cents: int
    catastrophic_cents: int
    assistance_cents: int
    care_cents: int
    self_cents: int

    @property
    def needs_decision(self) -> bool:
        """The patient would be charged after the event: the insurer decides who bears it before anything is posted."""
        return self.was_posted and self.self_cents > 0


def settle_year(
    bills: Iterable[DatedBill],
    policy_on: PolicyOn,
    opening: PersonYear | None = None,
    underway: Mapping[str, Chain] = NO_CHAINS,
) -> tuple[Settled, ...]:
    """Every bill of one person's year, earliest first; of one day in order of their ids. Raises BillRefused.

    `underway` is what referral chains had seen before the first bill.
    """
    person, chains, settled = opening or PersonYear(), dict(underway), list[Settled]()
    for each in sorted(bills, key=lambda dated: (dated.on, dated.id)):
        policy = policy_on(each.on)
        bill = with_chain(each.bill, chains.get(each.chain, Chain()))
        if fault := fault_of(bill, person):
            raise BillRefused(each.id, Fault(fault))
        outcome = settle(bill, person, policy)
        settled.append(Settled(each.id, bill, person, outcome))
        if each.chain:
            chains[each.chain] = chain_after(bill, person, policy, outcome)
        person = after(bill, person, policy, outcome)
    return tuple(settled)


def resettle_year(
    bills: Iterable[DatedBill],
    posted: Mapping[str, Settlement],
    policy_on: PolicyOn,
    opening: PersonYear | None = None,
    underway: Mapping[str, Chain] = NO_CHAINS,
) -> tuple[Difference, ...]:
    """What to post so that the books show the year as it is now known.

    `bills` are all that now count: late ones among them, corrected ones in their new form, reversed ones left out.
    `posted` is what the books hold. Bills that stay as they are do not appear.
    """
    now = {each.id: each.settlement for each in settle_year(bills, policy_on, opening, underway)}
    ids = [*now, *(id_ for id_ in posted if id_ not in now)]
    changes = (difference_of(id_, posted.get(id_), now.get(id_)) for id_ in ids)
    return tuple(change for change in changes if change is not None)


def difference_of(id_: str, old: Settlement | None, new: Settlement | None) -> Difference | None:
    amounts = [now - before for before, now in zip(_payers(old), _payers(new), strict=True)]
    return Difference(id_, old is not None, *amounts) if any(amounts) else None


def _payers(settled: Settlement | None) -> tuple[int, int, int, int, int, int]:
    if settled is None:
        return (0, 0, 0, 0, 0, 0)
    return (
        settled.total_cents,
        settled.fund_cents,
        settled.catastrophic_cents,
        settled.assistance_cents,
        settled.care_cents,
        settled.self_cents,
    )
