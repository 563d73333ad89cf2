"""Who may take a reserved place when: a ladder that opens it to one group after another.

Each group has its own opening: at once, never, or so many hours before the place begins. Who belongs to several groups
has the earliest of their openings. Referrals from below are not on the ladder: the places are theirs from the start.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

Opening = timedelta | None  # so long before the place begins; None: at once
AT_ONCE: Opening = None
NEVER: Opening = timedelta(0)  # a place that has begun is no longer taken


class Group(StrEnum):
    """Who may be let in earlier than everybody."""

    PRIMARY = "primary"  # a primary institution books for a resident
    CONSORTIUM = "consortium"  # an institution of the same consortium books
    CONTRACT = "contract"  # the resident has a family-doctor contract
    ALL = "all"


@dataclass(frozen=True)
class Rung:
    """One step down the ladder: from `before` ahead of the beginning, `group` may take the place too."""

    group: Group
    before: timedelta


@dataclass(frozen=True)
class Ladder:
    """When reserved places open to each group; a group that is not named stays outside."""

    opens: Mapping[Group, Opening]

    def opening(self, groups: Collection[Group]) -> Opening:
        """The earliest opening among the groups; NEVER for none."""
        openings = [self.opens[group] for group in groups if group in self.opens]
        if any(one is None for one in openings):
            return AT_ONCE
        return max((one for one in openings if one is not None), default=timedelta(0))

    def rungs(self) -> list[Rung]:
        """The releases that happen by the clock, earliest first; what is open at once or never is none."""
        timed = [Rung(group, span) for group, span in self.opens.items() if span]
        return sorted(timed, key=lambda rung: (-rung.before, list(Group).index(rung.group)))


def ladder(values: Mapping[str, str | int]) -> Ladder:
    """A ladder as the rulebook writes it: group to "at_once", "never" or whole hours."""
    return Ladder({Group(group): _opening(said) for group, said in values.items()})


def is_open(opening: Opening, starts_at: datetime, *, at: datetime) -> bool:
    """Whether a place that begins at `starts_at` is open at `at`; at the very moment of the rung it is."""
    return opening is None or (at < starts_at and starts_at <= at + opening)


def _opening(said: str | int) -> Opening:
    words: dict[str | int, Opening] = {"at_once": AT_ONCE, "never": NEVER}
    return words[said] if said in words else timedelta(hours=int(said))
