"""The table of institutions: what each sent, received, answered and failed to answer; the published figures (E8)."""

from dataclasses import dataclass

from fenji.apps.indicators.figures import NOTHING, Figures, figures_of_institutions
from fenji.apps.indicators.present import Standstill, overdue_by_institution
from fenji.apps.indicators.scope import Scope
from fenji.apps.registry.snapshot import Node

# What E8 calls non-compliant: answered late or not at all, sent past a tier or what could stay below.
NON_COMPLIANT = ("answered_late", "unanswered", "skipped_tier", "below_level")


@dataclass(frozen=True)
class InstitutionRow:
    """One institution with its figures: those of its sending and those of its receiving; `overdue` now, on its turn."""

    institution: Node
    figures: Figures
    overdue: int = 0

    def count(self, code: str) -> int:
        return self.figures[code].count

    @property
    def non_compliant(self) -> int:
        return sum(self.count(code) for code in NON_COMPLIANT)

    @property
    def is_active(self) -> bool:
        """Whether anything went out or came in, or waits."""
        return bool(self.overdue) or any(figure.count or figure.among for figure in self.figures.values())


def figures_by_institution(scope: Scope) -> list[InstitutionRow]:
    """A row for every institution of the scope, by tier from the top, then pinyin."""
    measured = figures_of_institutions(scope)
    late = overdue_by_institution(scope)
    nodes = scope.network.nodes.values()
    inside = [one for one in nodes if scope.institution_ids is None or one.id in scope.institution_ids]
    found = [InstitutionRow(one, measured.get(one.id, NOTHING), late.get(one.id, Standstill()).count) for one in inside]
    return sorted(found, key=lambda row: (-row.institution.tier, row.institution.name_pinyin))
