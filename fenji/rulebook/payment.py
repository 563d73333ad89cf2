"""The numbers that the payment kernel needs, as a city's rulebook has them on a day."""

from datetime import date
from functools import lru_cache

from fenji.kernel.payment.policy import PaymentPolicy
from fenji.kernel.payment.policy_keys import build_policy
from fenji.rulebook.keys.payment import SAME_AS
from fenji.rulebook.rulebook import Rulebook


@lru_cache(maxsize=64)
def payment_policy(rulebook: Rulebook, on: date) -> PaymentPolicy:
    """The policy in force on the day a bill is settled by. Raises NotInRulebook where a key has no value that day."""
    return build_policy(lambda key: rulebook.value(SAME_AS.get(key, key), on=on).value)
