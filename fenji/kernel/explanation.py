"""Why a criterion answered as it did, in the reader's words, Chinese or English."""

from dataclasses import dataclass

from fenji.kernel.conditions import All, Answer, AnyOf, Comparison, Condition, Not, Value, evaluate
from fenji.kernel.criteria import Catalogue, Finding, Ground, Measure, MeasureKind
from fenji.kernel.tiers import Basis

_SIGN = {"at_least": "≥", "above": ">", "at_most": "≤", "below": "<", "is": "=", "among": "∈"}
_OPPOSITE_SIGN = {"≥": "<", ">": "≤", "≤": ">", "<": "≥", "=": "≠", "∈": "∉"}


@dataclass(frozen=True)
class _Words:
    """The words and marks of one language."""

    answers: dict[Answer, str]
    yes_no: dict[bool, str]
    both: str
    either: str
    negation: str
    missing: str
    basis: str
    colon: str
    comma: str
    semicolon: str
    stop: str
    brackets: tuple[str, str]


STATUSES = {
    "zh": {Basis.STATED: "出处写明", Basis.UNVERIFIED: "出处未核对", Basis.ASSUMED: "假设，待核定"},
    "en": {Basis.STATED: "stated", Basis.UNVERIFIED: "unverified", Basis.ASSUMED: "assumed"},
}
_LANGUAGES = {
    "zh": _Words(
        {Answer.MET: "符合", Answer.UNMET: "不符合", Answer.UNKNOWN: "资料不足"},
        {True: "有", False: "无"},
        *(" 且 ", " 或 ", "无", "尚缺", "依据", "：", "，", "；", "。", ("（", "）")),
    ),
    "en": _Words(
        {Answer.MET: "met", Answer.UNMET: "not met", Answer.UNKNOWN: "not enough is known"},
        {True: "yes", False: "no"},
        *(" and ", " or ", "not ", "to be known", "basis", ": ", ", ", "; ", ". ", (" (", ")")),
    ),
}


def explain(finding: Finding, language: str = "zh") -> str:
    """Which value met which bound, or what is missing; then source, clause and status. `language` is zh or en."""
    criterion, words = finding.criterion, _LANGUAGES[language]
    name, title = (
        (criterion.disease_name_en, criterion.title_en)
        if language == "en"
        else (criterion.disease_name, criterion.title)
    )
    sentences = [f"{name}{words.colon}{title}{words.comma}{words.answers[finding.answer]}"]
    if finding.used:
        sentences.append(words.semicolon.join(_ground(ground, language) for ground in finding.used))
    if finding.missing:
        names = words.semicolon.join(name_of(measure, language) for measure in finding.missing)
        sentences.append(f"{words.missing}{words.colon}{names}")
    source = " ".join(filter(None, (criterion.source_title, criterion.clause)))
    sentences.append(f"{words.basis}{words.colon}{source}{_bracket(STATUSES[language][criterion.status], words)}")
    return (words.stop.join(sentences) + words.stop).strip()


def describe(condition: Condition, catalogue: Catalogue, language: str = "zh") -> str:
    """The condition as a phrase: 收缩压 ≥180 mmHg 且（剧烈头痛 或 呕吐）."""
    words = _LANGUAGES[language]
    match condition:
        case Comparison():
            return _comparison(condition, catalogue.measures[condition.measure], language)
        case Not(part):
            return words.negation + _bracket(describe(part, catalogue, language), words)
        case All(parts):
            return words.both.join(_nested(part, catalogue, language) for part in parts)
        case AnyOf(parts):
            return words.either.join(_nested(part, catalogue, language) for part in parts)


def name_of(measure: Measure, language: str) -> str:
    return measure.name_en if language == "en" else measure.name


def words_of(value: Value, measure: Measure, language: str = "zh") -> str:
    """A value with its unit: 186 mmHg; 有 or 无; the name of a choice."""
    if isinstance(value, bool):
        return _LANGUAGES[language].yes_no[value]
    if isinstance(value, str):
        return (measure.choices or {}).get(value, value) if language == "zh" else value
    unit = (measure.unit_en or measure.unit) if language == "en" else measure.unit
    return f"{value:g} {unit}".strip()


def _nested(part: Condition, catalogue: Catalogue, language: str) -> str:
    phrase = describe(part, catalogue, language)
    return _bracket(phrase, _LANGUAGES[language]).strip() if isinstance(part, All | AnyOf) else phrase


def _comparison(test: Comparison, measure: Measure, language: str) -> str:
    name = name_of(measure, language)
    if measure.kind is MeasureKind.YES_NO:
        return name if test.bound is True else f"{_LANGUAGES[language].negation}“{name}”"
    return f"{name} {_SIGN[test.operator]}{_bound(test, measure, language)}"


def _bound(test: Comparison, measure: Measure, language: str) -> str:
    bounds = test.bound if isinstance(test.bound, tuple) else (test.bound,)
    return "/".join(words_of(bound, measure, language) for bound in bounds)


def _ground(ground: Ground, language: str) -> str:
    """A value beside its bound, with the sign that is true of it."""
    measure, test, words = ground.measure, ground.test, _LANGUAGES[language]
    name, value = name_of(measure, language), words_of(ground.value, measure, language)
    if measure.kind is MeasureKind.YES_NO:
        return f"{name}{words.colon}{value}"
    holds = evaluate(test, {measure.code: ground.value}) is Answer.MET
    sign = _SIGN[test.operator] if holds else _OPPOSITE_SIGN[_SIGN[test.operator]]
    return f"{name} {value}" + _bracket(f"{sign}{_bound(test, measure, language)}", words)


def _bracket(phrase: str, words: _Words) -> str:
    opening, closing = words.brackets
    return f"{opening}{phrase}{closing}"
