"""Where to: the institutions of a form to choose from, and the box asked of who does not choose the preferred one."""

from dataclasses import dataclass

from django.forms.boundfield import BoundField
from django.http import HttpRequest

from fenji.web.referrals.presenter import ProposalCard


@dataclass(frozen=True)
class Where:
    """`cards` best first; `wanted` is the code chosen so far; `why` the box for the reason, where one may be asked."""

    cards: list[ProposalCard]
    wanted: str = ""
    why: BoundField | None = None

    @property
    def chosen(self) -> ProposalCard | None:
        """The one chosen so far, else the preferred one."""
        best = self.cards[0] if self.cards else None
        return next((card for card in self.cards if card.institution.code == self.wanted), best)

    @property
    def is_gone(self) -> bool:
        """Whether the one chosen is not, or no longer, among those to choose from."""
        return bool(self.cards and self.wanted) and self.wanted not in {card.institution.code for card in self.cards}

    @property
    def others(self) -> list[ProposalCard]:
        """The institutions beside the chosen one."""
        return [card for card in self.cards if card is not self.chosen]

    @property
    def is_first(self) -> bool:
        return bool(self.cards) and self.chosen is self.cards[0]

    @property
    def asks_why(self) -> bool:
        """Only of who passes over a better one, or was refused for want of a reason."""
        if self.why is None or self.chosen is None:
            return False
        return self.chosen.needs_reason or bool(self.why.errors)


def wanted_house(request: HttpRequest) -> str:
    """The code of the institution chosen on the page, sent with the form or to ask what follows from it."""
    return (request.POST or request.GET).get("institution", "")


def asks_where(request: HttpRequest) -> bool:
    """Whether only the part with the institutions is asked for, after another one was chosen."""
    return request.method == "GET" and request.headers.get("HX-Target") == "where"
