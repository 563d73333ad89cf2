"""Cases that a policy officer writes beside a catalogue: a person's measures, and the criteria that must be met."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fenji.kernel.conditions import Answer, Value
from fenji.kernel.criteria import Catalogue, check_measures, evaluate_catalogue
from fenji.kernel.referral import Direction
from fenji.rulebook.errors import RulebookError
from fenji.rulebook.rulebook import Rulebook
from fenji.rulebook.toml_file import TomlFile

FIELDS = {"name", "diagnosis", "direction", "measures", "meets"}


@dataclass(frozen=True)
class CatalogueCase:
    """`meets` are all criteria that are met, no more and no fewer."""

    name: str
    diagnosis: str
    direction: Direction
    measures: Mapping[str, Value]
    meets: frozenset[str]

    def failure(self, catalogue: Catalogue) -> str:
        """What the catalogue answers differently, in Chinese; empty when the case holds."""
        if problems := check_measures(catalogue, self.measures):
            return f"{self.name}：{'；'.join(problems.values())}"
        findings = evaluate_catalogue(catalogue, self.measures, self.diagnosis, self.direction)
        met = {finding.criterion.code for finding in findings if finding.answer is Answer.MET}
        wrong = [f"应符合 {code}" for code in sorted(self.meets - met)]
        wrong += [f"不应符合 {code}" for code in sorted(met - self.meets)]
        return f"{self.name}：{'；'.join(wrong)}" if wrong else ""


def read_cases(folder: Path) -> Iterator[CatalogueCase]:
    """The cases in a city's `catalogue/cases`. Raises RulebookError on one that is not complete."""
    for file in sorted((folder / "catalogue" / "cases").glob("*.toml")):
        parsed = TomlFile(file)
        for number, row in enumerate(parsed.data.get("case", [])):
            if set(row) != FIELDS or row["direction"] not in set(Direction):
                raise RulebookError(
                    "用例写得不全",
                    expected="、".join(sorted(FIELDS)),
                    remedy="补上缺的字段",
                    file=file,
                    line=parsed.lines.get(("case", number, ""), 0),
                )
            yield CatalogueCase(
                row["name"], row["diagnosis"], Direction(row["direction"]), row["measures"], frozenset(row["meets"])
            )


def failures(rulebook: Rulebook, folder: Path, on: date) -> list[str]:
    """The cases that do not hold on a day, each with what differs."""
    catalogue = rulebook.catalogue(on)
    return [failure for case in read_cases(folder) if (failure := case.failure(catalogue))]
