"""The rulebook of one city: dated values with their sources, in one immutable, hashed version."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from functools import cached_property, lru_cache
from typing import Any, Self

from fenji.kernel.choice import ChoiceRules
from fenji.kernel.criteria import Catalogue
from fenji.kernel.deadlines import Span
from fenji.kernel.first_contact import FirstContactRules
from fenji.kernel.reasons import Clause
from fenji.kernel.referral import Urgency
from fenji.kernel.roles import Role
from fenji.kernel.tiers import Basis, Level
from fenji.kernel.working_time import Window
from fenji.rulebook.catalogue import build_catalogue
from fenji.rulebook.errors import NotInRulebook
from fenji.rulebook.schema import ASSUMPTION, DatedValue, Source
from fenji.rulebook.sources import Responsible, responsible_for
from fenji.rulebook.version import FORMAT, canonical

CHOICE_FLAGS = ("same_tier", "stepwise", "exempt_choose_freely", "recheck_same_institution", "home_first")


@dataclass(frozen=True)
class Signature:
    """Who signs before a referral leaves: a role, and whether the author may sign who holds it."""

    role: Role
    own: bool


@dataclass(frozen=True)
class Rulebook:
    """Ask with `on=`, the day of the decision. `content` is all it knows; `hash` names the version a decision used."""

    content: str  # canonical JSON

    @classmethod
    def from_content(cls, content: str) -> Self:
        """The version that was stored, exactly. Raises ValueError on JSON that is no rulebook."""
        data = json.loads(content)
        if not isinstance(data, dict) or data.get("format") != FORMAT:
            raise ValueError(f"not the content of a rulebook of format {FORMAT}")
        return cls(canonical(data))

    @cached_property
    def hash(self) -> str:
        return hashlib.sha256(self.content.encode()).hexdigest()

    @cached_property
    def _data(self) -> dict[str, Any]:
        data: dict[str, Any] = json.loads(self.content)
        return data

    def plain(self) -> dict[str, Any]:
        """All it knows as plain data of one's own."""
        data: dict[str, Any] = json.loads(self.content)
        return data

    @property
    def city(self) -> str:
        return str(self._data["city"])

    @cached_property
    def layers(self) -> dict[str, tuple[str, str]]:
        """Chinese and English name of each pack the policy was laid together from, nation first."""
        return {layer["code"]: (layer["name"], layer["name_en"]) for layer in self._data["layers"]}

    @property
    def name(self) -> str:
        return self.layers[self.city][0]

    @cached_property
    def sources(self) -> dict[str, Source]:
        return {id_: Source(id_, **source) for id_, source in self._data["sources"].items()}

    @cached_property
    def values(self) -> dict[str, tuple[DatedValue, ...]]:
        return {
            key: tuple(
                DatedValue(
                    key=key,
                    valid_from=date.fromisoformat(row["from"]),
                    valid_until=date.fromisoformat(row["until"]) if row["until"] else None,
                    value=row["value"],
                    source=row["source"],
                    clause=row["clause"],
                    status=Basis(row["status"]),
                    layer=row["layer"],
                )
                for row in rows
            )
            for key, rows in self._data["values"].items()
        }

    def value(self, key: str, *, on: date) -> DatedValue:
        """The value in force on a day. Raises NotInRulebook when there is none."""
        for dated in self.values.get(key, ()):
            if dated.covers(on):
                return dated
        raise NotInRulebook(f"{self.city}: {key} on {on}")

    def title_of(self, source: str) -> str:
        """A source in the reader's words: the document's title, or the reason of an assumption."""
        if source.startswith(ASSUMPTION):
            return f"假设：{source.removeprefix(ASSUMPTION).strip()}"
        return self.sources[source].title

    def responsible(self, dated: DatedValue) -> tuple[Responsible, ...]:
        """Who sees to a value, by the clause it rests on; an assumption names the clause it fills."""
        if dated.source in self.sources:
            return responsible_for(self.sources[dated.source], dated.clause)
        named = (responsible_for(source, dated.clause) for source in self._named_in(dated.clause))
        return next((found for found in named if found), ())

    def _named_in(self, clause: str) -> Iterator[Source]:
        return (source for id_, source in self.sources.items() if clause.startswith(f"{id_} "))

    def catalogue(self, on: date) -> Catalogue:
        """The clinical criteria in force on a day; empty where the city has none."""
        return _catalogue(self, on)

    def deadline(self, name: str, urgency: Urgency | str, on: date) -> Span:
        """How long the owner of a state has; `name` is the state's `deadline` in the referral table."""
        return self.span(f"deadlines.{name}", urgency, on)

    def escalation(self, urgency: Urgency | str, on: date) -> Span:
        """How long after one rung was told the next one is."""
        return self.span("escalation.between_rungs", urgency, on)

    def hold(self, urgency: Urgency | str, on: date) -> Span:
        """How long a place is held for someone who has not confirmed."""
        return self.span("booking.hold", urgency, on)

    def approval(self, level: Level | str, on: date) -> Signature | None:
        """Who signs for a sending institution of this level; None where a referral leaves unsigned."""
        value = self.value(f"referral.approval.{Level(level).value}", on=on).value
        return None if value["role"] == "none" else Signature(Role(value["role"]), value["own"])

    def reserve_permille(self, line: str, on: date) -> int:
        """Share of a clinic's places kept for referrals from below; `line` is general, specialist or expert."""
        return int(self.value(f"booking.reserve.{line}", on=on).value)

    def weeks_ahead(self, on: date) -> int:
        return int(self.value("booking.weeks_ahead", on=on).value)

    def follow_up_days(self, on: date) -> int:
        """Days within which primary care follows up after an upward referral."""
        return int(self.value("follow_up.after_up_referral_days", on=on).value)

    def working_hours(self, on: date) -> tuple[Window, ...]:
        windows = self.value("working_time.hours", on=on).value
        return tuple((time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in windows)

    def choice_rules(self, on: date) -> ChoiceRules:
        """How institutions are ordered: the preferences that are switched on, the exceptions, and their clauses."""
        names = ("lowest_adequate", "consortium", "nearest", "emergency_nearest", *CHOICE_FLAGS)
        dated = {name: self.value(f"choice.{name}", on=on) for name in names}
        child = self.value("first_contact.serious_child_at_tertiary", on=on)
        return ChoiceRules(
            order=tuple(name for name in self.value("choice.order", on=on).value if dated[name].value),
            clauses={
                name: self.clause_of(each) for name, each in {**dated, "serious_child_at_tertiary": child}.items()
            },
            serious_child_at_tertiary=child.value,
            child_up_to_years=self.value("first_contact.child_up_to_years", on=on).value,
            **{name: dated[name].value for name in CHOICE_FLAGS},
        )

    def first_contact_rules(self, on: date) -> FirstContactRules:
        names = ("rule", "tcm_outpatient_counts", "serious_child_at_tertiary", "child_up_to_years", "older_from_years")
        dated = {name: self.value(f"first_contact.{name}", on=on) for name in names}
        return FirstContactRules(
            **{name: each.value for name, each in dated.items()},
            clauses={name: self.clause_of(each) for name, each in dated.items()},
        )

    def clause_of(self, dated: DatedValue) -> Clause:
        """What a value rests on, in the reader's words."""
        return Clause(self.title_of(dated.source), dated.clause, dated.status)

    def span(self, key: str, urgency: Urgency | str, on: date) -> Span:
        """A time that is given for each urgency."""
        value = self.value(key, on=on).value[Urgency(urgency).value]
        return Span(minutes=round(value["hours"] * 60), working=value["working"])


@lru_cache(maxsize=16)
def _catalogue(rulebook: Rulebook, on: date) -> Catalogue:
    """Built once a day and version: pages ask for it on every view."""
    return build_catalogue(rulebook._data, rulebook.title_of, on)
