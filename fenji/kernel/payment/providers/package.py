"""医联体打包: one package a head for a consortium; it pays for care outside, members divide the rest."""

from collections.abc import Mapping
from dataclasses import dataclass

from fenji.kernel.payment.providers.capitation import CapitationRules, Clearing, clear_capitation
from fenji.kernel.payment.providers.sharing import share_out


@dataclass(frozen=True)
class Package:
    """The consortium's clearing, and each member's part in 分: its care, and its share of surplus or overrun."""

    clearing: Clearing
    members: Mapping[str, int]


def clear_package(
    heads: Mapping[str, int],
    spent_cents: Mapping[str, int],
    outside_cents: int,
    weights: Mapping[str, int],
    quality_passed: bool,
    rules: CapitationRules,
) -> Package:
    """A consortium's year. `spent_cents` by member; surplus and overrun are divided by `weights` (work, quality).

    Members' parts and the care outside add up to what the fund pays.
    """
    clearing = clear_capitation(heads, sum(spent_cents.values()), outside_cents, quality_passed, rules)
    gain, loss = share_out(clearing.retained_cents, weights), share_out(clearing.borne_cents, weights)
    everyone = {**dict.fromkeys(spent_cents), **dict.fromkeys(weights)}
    parts = {one: spent_cents.get(one, 0) + gain.get(one, 0) - loss.get(one, 0) for one in everyone}
    return Package(clearing, parts)
