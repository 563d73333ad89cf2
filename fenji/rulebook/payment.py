"""The numbers that the payment kernel needs, as a city's rulebook has them on a day."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from itertools import groupby, pairwise

from fenji.kernel.payment.policy import DatedPolicy, PaymentPolicy
from fenji.kernel.payment.policy_keys import SHAPES, build_policy
from fenji.rulebook.errors import NotInRulebook
from fenji.rulebook.keys.payment import SAME_AS
from fenji.rulebook.rulebook import Rulebook

EPOCH = date(1970, 1, 1)


@lru_cache(maxsize=64)
def payment_policy(rulebook: Rulebook, on: date) -> PaymentPolicy:
    """The policy in force on the day a bill is settled by. Raises NotInRulebook where a key has no value that day."""
    return build_policy(lambda key: rulebook.value(SAME_AS.get(key, key), on=on).value)


def payment_policies(rulebook: Rulebook) -> tuple[DatedPolicy, ...]:
    """Every policy the rulebook has had and will have, each with its days, earliest first; days without one are left.

    Raises NotInRulebook where no day has a whole policy.
    """
    if found := tuple(_policies(rulebook)):
        return found
    raise NotInRulebook(f"{rulebook.city}: payment")


def _policies(rulebook: Rulebook) -> Iterator[DatedPolicy]:
    spans = [(first, last, _policy_or_none(rulebook, first)) for first, last in pairwise([*_turns(rulebook), date.max])]
    for policy, same in groupby(spans, key=lambda span: span[2]):
        days = list(same)
        if policy is not None:
            yield DatedPolicy((days[0][0] - EPOCH).days, (days[-1][1] - EPOCH).days, policy)


def _turns(rulebook: Rulebook) -> list[date]:
    """Every day on which a value of payment begins or ends."""
    rows = [dated for key in SHAPES for dated in rulebook.values.get(SAME_AS.get(key, key), ())]
    return sorted({day for dated in rows for day in (dated.valid_from, dated.valid_until) if day})


def _policy_or_none(rulebook: Rulebook, on: date) -> PaymentPolicy | None:
    try:
        return payment_policy(rulebook, on)
    except NotInRulebook:
        return None
