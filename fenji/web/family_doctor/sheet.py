"""A referral being written: what has been filled in so far, and what follows from it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.utils.translation import get_language, pgettext

from fenji.apps.booking import queries as booking
from fenji.apps.booking.models import Place
from fenji.apps.booking.policies import REFERRED
from fenji.apps.common import rulebooks
from fenji.apps.payments.estimating import estimates_at
from fenji.apps.referrals import exam_wishes
from fenji.apps.referrals.actions.effects.places import HORIZON
from fenji.apps.referrals.choosing import Answer, Question, choose
from fenji.apps.referrals.first_contact import judge_sender
from fenji.apps.referrals.models import Referral
from fenji.apps.referrals.rules import day_of, signature_of
from fenji.apps.referrals.slip import FIELDS
from fenji.apps.referrals.wishes import KEY
from fenji.apps.residents.models import Resident
from fenji.apps.stays.models import Surgery
from fenji.kernel.conditions import Answer as Met
from fenji.kernel.conditions import comparisons_of
from fenji.kernel.criteria import Measure, MeasureKind
from fenji.kernel.explanation import explain, name_of
from fenji.kernel.first_contact import Judgement
from fenji.kernel.payment.codes import Setting
from fenji.kernel.referral import CHOICE_REASONS, Direction, Urgency
from fenji.web.family_doctor.diagnosis import typed
from fenji.web.family_doctor.examinations import examinations_asked, examinations_before, examinations_on
from fenji.web.family_doctor.house import gone_from, is_own_choice
from fenji.web.family_doctor.inpatient import beds_at, day_of_admission, with_beds
from fenji.web.family_doctor.surgery import surgery_asked, wish_before, wish_on
from fenji.web.presenters.numbers import money_words
from fenji.web.referrals.presenter import ProposalCard, proposals
from fenji.web.referrals.where import Where

MOST_PLACES = 40
AT_ONCE = ("history", "results", "medicines", "allergies")
ASKED_AT_ONCE = 8
OF_CHOICE = (
    "institution", "place", "choice_code", "choice_reason", "wait_asked", "wait", "bed", "bed_day", "consent_by",
    "surgery", "procedure", "surgery_at",
)  # fmt: skip
MEASURE = "m_"  # prefix of the measures' fields


@dataclass
class Sheet:
    """What has been filled in so far and what follows from it."""

    resident: Resident
    post: Any
    data: QueryDict
    at: datetime
    faults: dict[str, str] = field(default_factory=dict)
    kept_surgery: Surgery | None = None  # of a draft that had been sent to be signed

    def __post_init__(self) -> None:
        self.urgency = Urgency(_one_of(self.data.get("urgency"), Urgency, Urgency.ROUTINE))
        self.direction = Direction(_one_of(self.data.get("direction"), Direction, Direction.UP))
        self.typed = typed(self.data.get("diagnosis", ""), self.data.get("meant", ""))
        self.diagnosis = self.typed.found
        self.code = self.diagnosis.code if self.diagnosis else ""
        self.day = day_of(self.at)
        self.catalogue = rulebooks.current().catalogue(self.day)
        self.measures = _read_measures(self.data, self.catalogue.measures)
        self.asked = self._asked()
        self.answer = self._answer()
        self.cards: list[ProposalCard] = self._with_costs(proposals(self.answer, self.at)) if self.answer else []
        self.wants_bed = self.data.get("bed") == "yes" and self.urgency is not Urgency.EMERGENCY
        self.bed_day = day_of_admission(self.data.get("bed_day", ""), self.at)
        self.cards = with_beds(self.cards, self.bed_day, self.at) if self.wants_bed else self.cards
        self.where = Where(self.cards, self.data.get("institution", ""))
        self.gone = gone_from(self.where, self.data, self.post.institution)
        self.chosen = None if self.gone else self.where.chosen
        self.beds = (
            beds_at(self.chosen, self.resident, self.bed_day, self.at) if self.chosen and self.wants_bed else None
        )
        self.places = self._places()
        self.surgery = surgery_asked(self)
        self.examinations = examinations_asked(self)

    @property
    def specialty(self) -> str:
        """What the criterion met asks for, else the diagnosis's own specialty."""
        for finding in self._met():
            if finding.criterion.specialty and self.urgency is not Urgency.EMERGENCY:
                return str(finding.criterion.specialty)
        return self.diagnosis.specialty if self.diagnosis else ""

    @property
    def slip_fields(self) -> list[tuple[Any, str, str]]:
        """The boxes that are asked at once; the rest lies folded below them."""
        return self._boxes(lambda name: name in AT_ONCE)

    @property
    def more_slip_fields(self) -> list[tuple[Any, str, str]]:
        return self._boxes(lambda name: name not in AT_ONCE and name != "contact_phone")

    @property
    def asked_first(self) -> list[tuple[Measure, str, Any]]:
        """What the disease's own criteria compare and whatever was answered, readings before signs; the rest folded."""
        shown = [row for row in self.asked if row[2] or row[0].code in self._of_disease]
        return sorted(shown, key=lambda row: row[0].kind is not MeasureKind.NUMBER)

    @property
    def asked_more(self) -> list[tuple[Measure, str, Any]]:
        return [row for row in self.asked if not row[2] and row[0].code not in self._of_disease]

    @cached_property
    def _of_disease(self) -> frozenset[str]:
        """The first few measures of the disease's own criteria, readings before signs."""
        own = [one for one in self.catalogue.criteria if one.diagnoses and one.concerns(self.code, {})]
        codes = dict.fromkeys(test.measure for one in own for test in comparisons_of(one.when))
        kinds = self.catalogue.measures
        return frozenset(sorted(codes, key=lambda code: kinds[code].kind is not MeasureKind.NUMBER)[:ASKED_AT_ONCE])

    @property
    def first_contact(self) -> Judgement:
        """How the city's rule of first contact will judge it; it blocks nothing."""
        return judge_sender(self.resident, self.post.institution, self.urgency, self.code, self.at)

    @property
    def needs_signature(self) -> bool:
        """Whether somebody of the own house must sign before it leaves."""
        return signature_of(self.post.institution.level, self.urgency, self.at) is not None

    @property
    def explanations(self) -> list[str]:
        return [explain(finding, (get_language() or "zh")[:2]) for finding in self._met()]

    @property
    def worst(self) -> Urgency | None:
        """The most urgent criterion met, when it is more urgent than what was chosen."""
        order = list(Urgency)
        met = [finding.criterion.urgency for finding in self._met()]
        worst = max(met, key=order.index, default=None)
        return worst if worst and order.index(worst) > order.index(self.urgency) else None

    @property
    def proposed(self) -> str:
        """The code that was put forward and not chosen by the doctor: with other answers another one may be."""
        return "" if self.chosen is None or is_own_choice(self.data) else self.chosen.institution.code

    @property
    def place(self) -> str:
        """The place chosen so far, else the first free one."""
        wanted = self.data.get("place", "")
        if wanted in {str(place.pk) for place in self.places}:
            return wanted
        return str(self.places[0].pk) if self.places else ""

    @property
    def choice_reasons(self) -> list[tuple[str, str]]:
        """Why one may send elsewhere than the rules prefer."""
        return [(code, pgettext("reason", words)) for code, words in CHOICE_REASONS.items()]

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What was answered about where to, while that cannot be shown."""
        answered = [(name, str(self.data[name])) for name in OF_CHOICE if self.data.get(name)]
        return [*answered, *((exam_wishes.KEY, text) for text in self.data.getlist(exam_wishes.KEY))]

    @property
    def kept_measures(self) -> list[tuple[str, str]]:
        """What was measured, while no diagnosis asks for it."""
        return [] if self.asked else [(name, str(self.data[name])) for name in self.data if name.startswith(MEASURE)]

    @property
    def consent(self) -> str:
        return self.data.get("consent_by", "")

    @property
    def waits(self) -> bool:
        """Whether to go on the waiting list, where nothing is free: so unless the box, once shown, was left empty."""
        is_wanted = self.data.get("wait") == "yes" or "wait_asked" not in self.data
        return is_wanted and not self.places and self.urgency is not Urgency.EMERGENCY and not self.wants_bed

    def form(self) -> dict[str, Any]:
        """The form as the action takes it."""
        return {
            "direction": self.direction.value, "urgency": self.urgency.value, "diagnosis_code": self.code,
            "diagnosis_name": self.diagnosis.name if self.diagnosis else self.typed.text,
            "specialty": self.specialty, "institution": self._house_code(),
            "department": self.chosen.department if self.chosen and self.chosen.department else "",
            "place": self.data.get("place", "") if self.places else "", "criterion": self._criterion(),
            "choice_code": self.data.get("choice_code", ""),
            "choice_reason": self.data.get("choice_reason", ""), "wishes": self.data.get("wishes", ""),
            "consent_by": self.data.get("consent_by", ""), "measures": self.measures,
            "slip": {one.name: self.data.get(one.name, "") for one in FIELDS if self.data.get(one.name)},
            KEY: wish_on(self), exam_wishes.KEY: examinations_on(self),
        }  # fmt: skip

    def _house_code(self) -> str:
        """Of the one chosen; a draft keeps one that is gone, so that it is asked again. Nothing is sent there."""
        if self.chosen:
            return str(self.chosen.institution.code)
        return self.gone.code if self.gone and self.data.get("step") == "draft" else ""

    def _boxes(self, wanted: Callable[[str], bool]) -> list[tuple[Any, str, str]]:
        return [(one, self.data.get(one.name, ""), self.faults.get(one.name, "")) for one in FIELDS if wanted(one.name)]

    def _met(self) -> list[Any]:
        found = self.answer.findings if self.answer else []
        return [
            finding
            for finding in found
            if finding.answer is Met.MET and finding.criterion.direction is not Direction.DOWN
        ]

    def _criterion(self) -> str:
        met = self._met()
        return str(met[0].criterion.code) if met else ""

    def _asked(self) -> list[tuple[Measure, str, Any]]:
        """The questions of the catalogue for this diagnosis, with what was answered."""
        if not self.code:
            return []
        language = (get_language() or "zh")[:2]
        asked = self.catalogue.asked_for(self.code, self.measures, self.direction)
        return [(one, name_of(one, language), self.data.get(MEASURE + one.code, "")) for one in asked]

    def _answer(self) -> Answer | None:
        if not self.typed.text or self.typed.is_unclear:
            return None
        question = Question(
            self.resident, self.post.institution, self.direction, self.urgency,
            self.diagnosis.specialty if self.diagnosis else "", self.code, self.measures, self.at,
        )  # fmt: skip
        return choose(question)

    def _with_costs(self, cards: list[ProposalCard]) -> list[ProposalCard]:
        """With what the resident would pay of a usual visit when referred there: an example, from average bills."""
        houses = [card.institution for card in cards]
        found = estimates_at(self.resident, self.post.institution, houses, Setting.OUTPATIENT, at=self.at)
        costs = {code: money_words(one.settlement.self_cents) for code, one in found.items()}
        return [replace(card, pays=costs.get(card.institution.code, "")) for card in cards]

    def _places(self) -> list[Place]:
        if self.chosen is None or self.chosen.department is None or self.urgency is Urgency.EMERGENCY or self.wants_bed:
            return []
        return booking.free_places(
            [self.chosen.department], self.at, self.at + HORIZON, access=REFERRED, at=self.at, limit=MOST_PLACES
        )


def typed_before(referral: Referral, kept: Surgery | None) -> QueryDict:
    """A draft as it was typed, to be typed on; `kept` is its day surgery, if it was sent to be signed before."""
    data = QueryDict(mutable=True)
    data["diagnosis"] = f"{referral.diagnosis_code} {referral.diagnosis_name}".strip()
    data["institution"] = referral.receiver.code if referral.receiver else ""
    for name in ("urgency", "direction", "choice_code", "choice_reason", "wishes", "consent_by"):
        data[name] = getattr(referral, name)
    data.update({name: str(text) for name, text in referral.slip.items()})
    data.update({MEASURE + code: _typed(value) for code, value in referral.measures.items()})
    if referral.booking:
        data["place"] = str(referral.booking.place_id)
    data.update(wish_before(referral, kept))
    data.setlist(exam_wishes.KEY, examinations_before(referral))
    return data


def _typed(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _read_measures(data: QueryDict, measures: Any) -> dict[str, Any]:
    """The answers given, each as its measure's kind; what cannot be read is left out and shown as unanswered."""
    found: dict[str, Any] = {}
    for name, text in data.items():
        measure = measures.get(name.removeprefix(MEASURE)) if name.startswith(MEASURE) else None
        if measure is None or not str(text).strip():
            continue
        value = _value(measure, str(text).strip())
        if value is not None and not measure.problem_with(value):
            found[measure.code] = value
    return found


def _value(measure: Measure, text: str) -> Any:
    if measure.kind is MeasureKind.YES_NO:
        return {"yes": True, "no": False}.get(text)
    if measure.kind is MeasureKind.CHOICE:
        return text
    try:
        return float(text)
    except ValueError:
        return None


def _one_of(text: str | None, codes: Any, default: Any) -> Any:
    return text if text in {code.value for code in codes} else default
