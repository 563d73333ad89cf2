"""按项目: the fund pays what the bill came to, less what supervision took off."""

from fenji.kernel.payment.providers.episode import Basis, Due, Episode, due_of


def pay_by_item(episode: Episode, deducted_cents: int = 0) -> Due:
    """`deducted_cents` are charges that supervision does not accept; the institution bears them, not the patient."""
    return due_of(episode.total_cents - deducted_cents, episode, Basis.ITEMS)
