"""Referring: one page. The diagnosis brings the questions, the answers bring the institutions, the first one chosen.

Works without JavaScript: the button “看看转到哪里” fetches the same page with the proposals filled in.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from fenji.apps.booking import queries as booking
from fenji.apps.booking.models import Place
from fenji.apps.booking.policies import REFERRED
from fenji.apps.common import clock, rulebooks
from fenji.apps.common.errors import Invalid
from fenji.apps.referrals import actions
from fenji.apps.referrals.actions.effects.places import HORIZON
from fenji.apps.referrals.choosing import Answer, Question, choose
from fenji.apps.referrals.models import Referral
from fenji.apps.referrals.rules import day_of
from fenji.apps.referrals.slip import FIELDS
from fenji.apps.residents.models import Resident
from fenji.apps.residents.policies import Purpose
from fenji.apps.residents.relations import access_resident
from fenji.kernel.conditions import Answer as Met
from fenji.kernel.criteria import Measure, MeasureKind
from fenji.kernel.explanation import explain, name_of
from fenji.kernel.referral import Direction, State, Urgency
from fenji.kernel.roles import CLINICAL
from fenji.rulebook.diagnoses import Diagnosis, load_diagnoses
from fenji.web.posting import once
from fenji.web.referrals.presenter import ProposalCard, proposals
from fenji.web.roles import PersonRequest, PostRequest, requires_login, requires_role

MOST_PLACES = 40
MEASURE = "m_"  # prefix of the measures' fields


@require_http_methods(["GET", "POST"])
@requires_role(*CLINICAL)
def refer(request: PostRequest, resident_id: UUID) -> HttpResponse:
    """The referral form of one resident; sends it, or shows what the answers so far lead to."""
    at = clock.now()
    resident = access_resident(request.user, resident_id, at=at, purpose=Purpose.REFERRAL)
    sheet = Sheet(resident, request.post, request.POST if request.method == "POST" else QueryDict(), at)
    if request.method == "POST" and request.POST.get("step") in {"send", "draft"}:
        try:
            return once(request, lambda: _write(request, sheet))
        except Invalid as invalid:
            sheet.faults = invalid.fields or {"": str(invalid.message)}
    template = "family_doctor/refer.html"
    if request.htmx and request.htmx.target in {"asked", "choice"}:  # type: ignore[attr-defined]
        template = f"family_doctor/_{request.htmx.target}.html"  # type: ignore[attr-defined]
    return render(
        request, template, {"sheet": sheet, "resident": resident, "at": at}, status=422 if sheet.faults else 200
    )


@require_GET
@requires_login
def diagnoses(request: PersonRequest) -> HttpResponse:
    """Suggestions while a diagnosis is typed: code, Chinese, pinyin or initials."""
    found = load_diagnoses().search(request.GET.get("diagnosis", ""), limit=12)
    return render(request, "family_doctor/_diagnoses.html", {"found": found})


@dataclass
class Sheet:
    """What has been filled in so far and what follows from it."""

    resident: Resident
    post: Any
    data: QueryDict
    at: datetime
    faults: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.urgency = Urgency(_one_of(self.data.get("urgency"), Urgency, Urgency.ROUTINE))
        self.direction = Direction(_one_of(self.data.get("direction"), Direction, Direction.UP))
        self.diagnosis = diagnosis_meant(self.data.get("diagnosis", ""))
        self.code = self.diagnosis.code if self.diagnosis else ""
        self.day = day_of(self.at)
        self.catalogue = rulebooks.current().catalogue(self.day)
        self.measures = _read_measures(self.data, self.catalogue.measures)
        self.asked = self._asked()
        self.answer = self._answer()
        self.cards: list[ProposalCard] = proposals(self.answer, self.at) if self.answer else []
        self.chosen = self._chosen()
        self.places = self._places()

    @property
    def specialty(self) -> str:
        """What the criterion met asks for, else the diagnosis's own specialty."""
        for finding in self._met():
            if finding.criterion.specialty and self.urgency is not Urgency.EMERGENCY:
                return str(finding.criterion.specialty)
        return self.diagnosis.specialty if self.diagnosis else ""

    @property
    def slip_fields(self) -> list[tuple[Any, str, str]]:
        return [
            (one, self.data.get(one.name, ""), self.faults.get(one.name, ""))
            for one in FIELDS
            if one.name != "contact_phone"
        ]

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
    def place(self) -> str:
        """The place chosen so far, else the first free one."""
        wanted = self.data.get("place", "")
        if wanted in {str(place.pk) for place in self.places}:
            return wanted
        return str(self.places[0].pk) if self.places else ""

    @property
    def consent(self) -> str:
        return self.data.get("consent_by", "")

    def form(self) -> dict[str, Any]:
        """The form as the action takes it."""
        return {
            "direction": self.direction.value, "urgency": self.urgency.value, "diagnosis_code": self.code,
            "diagnosis_name": self.diagnosis.name if self.diagnosis else self.data.get("diagnosis", ""),
            "specialty": self.specialty, "institution": self.chosen.institution.code if self.chosen else "",
            "department": self.chosen.department if self.chosen and self.chosen.department else "",
            "place": self.data.get("place", "") if self.places else "", "criterion": self._criterion(),
            "choice_reason": self.data.get("choice_reason", ""), "wishes": self.data.get("wishes", ""),
            "consent_by": self.data.get("consent_by", ""), "measures": self.measures,
            "slip": {one.name: self.data.get(one.name, "") for one in FIELDS if self.data.get(one.name)},
        }  # fmt: skip

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
        if not self.data.get("diagnosis"):
            return None
        question = Question(
            self.resident, self.post.institution, self.direction, self.urgency,
            self.diagnosis.specialty if self.diagnosis else "", self.code, self.measures, self.at,
        )  # fmt: skip
        return choose(question)

    def _chosen(self) -> ProposalCard | None:
        wanted = self.data.get("institution")
        return next(
            (card for card in self.cards if card.institution.code == wanted), self.cards[0] if self.cards else None
        )

    def _places(self) -> list[Place]:
        if self.chosen is None or self.chosen.department is None or self.urgency is Urgency.EMERGENCY:
            return []
        return booking.free_places(
            [self.chosen.department], self.at, self.at + HORIZON, access=REFERRED, at=self.at, limit=MOST_PLACES
        )


def diagnosis_meant(text: str) -> Diagnosis | None:
    """The diagnosis of a typed text: by its code in front, or the one that has exactly this name."""
    table, text = load_diagnoses(), text.strip()
    code, _space, _name = text.partition(" ")
    if text and (found := table.get(code)):
        return found
    best = table.search(text, limit=1)
    return best[0] if best and text in {best[0].name, *best[0].aliases} else None


def _write(request: PostRequest, sheet: Sheet) -> str:
    institution_id = request.post.institution_id
    if request.POST["step"] == "draft":
        referral = actions.draft(sheet.resident.pk, sheet.form(), by=request.user, institution_id=institution_id)
        messages.success(request, _("草稿已保存。"))
        return reverse("referral", args=[referral.pk])
    if sheet.chosen and sheet.chosen.needs_reason and not sheet.data.get("choice_reason", "").strip():
        raise Invalid(fields={"choice_reason": _("没有选首选机构，请写明理由。")})
    referral = actions.refer(sheet.resident.pk, sheet.form(), by=request.user, institution_id=institution_id)
    messages.success(request, _sent_words(referral))
    return reverse("referral", args=[referral.pk])


def _sent_words(referral: Referral) -> str:
    words = {"receiver": str(referral.receiver), "number": referral.number}
    if State(referral.state) is State.AWAITING_APPROVAL:
        return _("已提交本机构签批，签批后发往%(receiver)s。转诊号 %(number)s。") % words
    if referral.urgency == Urgency.EMERGENCY:
        return _("急诊转诊已发往%(receiver)s，对方不能拒绝。转诊号 %(number)s。请同时电话通知。") % words
    return _("已发往%(receiver)s。转诊号 %(number)s。结果会出现在“今天”。") % words


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
