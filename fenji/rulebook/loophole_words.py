"""What a policy rewards and should not, found by the kernel on a day, in words with the bills that show it."""

from collections.abc import Iterator
from datetime import date

from fenji.kernel.payment.bill import Bill
from fenji.kernel.payment.codes import PayTier, ReferralState, Scheme, Setting
from fenji.kernel.payment.loopholes import KINDS, Course, Kind, Loophole, find_loopholes
from fenji.rulebook.keys.payment import AXES
from fenji.rulebook.payment import payment_policy
from fenji.rulebook.rulebook import Rulebook
from fenji.rulebook.shapes import yuan

Place = tuple[str, Scheme, Setting, PayTier]


def loopholes_on(rulebook: Rulebook, on: date) -> dict[Place, Loophole]:
    """The worst of each kind and place, by kind and place."""
    found = find_loopholes(payment_policy(rulebook, on))
    return {(one.kind.value, one.scheme, one.setting, one.tier): one for one in found}


def new_loopholes(before: Rulebook, after: Rulebook, on: date) -> list[Loophole]:
    """Those that `after` has and `before` had not, or had smaller."""
    old = loopholes_on(before, on)
    return [
        one
        for place, one in loopholes_on(after, on).items()
        if place not in old or one.reward_cents > old[place].reward_cents
    ]


def loophole_words(found: Loophole, *, english: bool = False) -> str:
    """One sentence: what is rewarded, for whom and where, by how much, on which bills."""
    where = (" " if english else "").join(
        names[english]
        for names in (AXES[Scheme][found.scheme], AXES[PayTier][found.tier], AXES[Setting][found.setting])
    )
    what = KINDS[found.kind][english]
    meant, instead = (_course(course, found.kind, english) for course in (found.meant, found.instead))
    if english:
        return f"{what} ({where}): {meant} instead of {instead}"
    return f"{what}（{where}）：{meant}，而{instead}"


def lines_on(rulebook: Rulebook, on: date) -> Iterator[str]:
    """All of a day, the dearest first."""
    found = sorted(loopholes_on(rulebook, on).values(), key=lambda one: -one.reward_cents)
    return map(loophole_words, found)


def _course(course: Course, kind: Kind, english: bool) -> str:
    bills = " + ".join(
        (_state(bill, english) if kind is Kind.SKIP else "")
        + f"{AXES[PayTier][PayTier(bill.tier)][english]} {yuan(bill.a_cents)}"
        for bill in course.bills
    )
    paid = yuan(course.self_cents)
    return f"{bills}: the patient pays {paid}" if english else f"{bills} 元个人付 {paid} 元"


def _state(bill: Bill, english: bool) -> str:
    """Skipping the referral is shown by the same bill in two states."""
    return AXES[ReferralState][ReferralState(bill.referral_state)][english] + (" " if english else "，")
