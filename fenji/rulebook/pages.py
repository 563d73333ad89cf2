"""Reference pages drawn from the data, so that they cannot say anything else: the catalogue and the policy values."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from fenji.kernel.criteria import Catalogue, Criterion, Measure, MeasureKind
from fenji.kernel.explanation import STATUSES, describe
from fenji.kernel.reasons import TIER_NAMES, words_for
from fenji.kernel.referral import Direction, Urgency
from fenji.kernel.tiers import Basis
from fenji.rulebook.loader import load_rulebook
from fenji.rulebook.rulebook import Rulebook
from fenji.rulebook.schema import KEYS, DatedValue

FOREVER = date.max  # a day on which everything that is open-ended holds
URGENCIES = {Urgency.EMERGENCY: "急诊", Urgency.URGENT: "紧急", Urgency.ROUTINE: "常规"}
CITIES = {"yangjiang": "阳江", "qinghai": "青海"}
MADE = "<!-- Drawn from the data by fenji.rulebook.pages; edit the data, not this page. -->"


def render_catalogue_page() -> str:
    """Yangjiang's referral catalogue (转诊指导目录) and its measures, as Markdown."""
    rulebook = load_rulebook("yangjiang")
    catalogue = rulebook.catalogue(FOREVER)
    lines = [
        MADE,
        "# Referral catalogue 转诊指导目录",
        "",
        "When a case is met, who should see it, and what that rests on. From `fenji/cities/yangjiang/catalogue/`;",
        "how it is read: [the rulebook](../explanation/rulebook.md). A row marked *"
        + STATUSES["zh"][Basis.ASSUMED]
        + "* is ours and waits for the health bureau.",
        "",
        *_counts(criterion.status for criterion in catalogue.criteria),
    ]
    for disease in dict.fromkeys(criterion.disease for criterion in catalogue.criteria):
        lines += _disease([one for one in catalogue.criteria if one.disease == disease], catalogue)
    return "\n".join([*lines, "", *_measures(catalogue), ""])


def render_policy_page() -> str:
    """Every value of every city's policy with date, clause and status, as Markdown."""
    lines = [
        MADE,
        "# Policy values 政策参数",
        "",
        "Every key a rulebook knows, and what each city says. From `fenji/cities/<city>/policy/`; how it is read and",
        "changed: [the rulebook](../explanation/rulebook.md).",
    ]
    for city, name in CITIES.items():
        rulebook = load_rulebook(city)
        values = [dated for rows in rulebook.values.values() for dated in rows]
        lines += ["", f"## {name} {city}", "", *_counts(dated.status for dated in values), *_sources(rulebook), ""]
        lines += _table(
            ("项 key", "名称", "值", "自 – 至", "依据", "状态"), (_value_row(rulebook, dated) for dated in values)
        )
        if missing := [key for key in KEYS if key not in rulebook.values]:
            lines += ["", "Not stated 未写：" + "、".join(f"`{key}`" for key in missing)]
    return "\n".join([*lines, ""])


PAGES: dict[str, Callable[[], str]] = {
    "docs/reference/catalogue.md": render_catalogue_page,
    "docs/reference/policy.md": render_policy_page,
}


def outdated(root: Path) -> list[str]:
    """The pages under `root` that differ from their data."""
    return [
        path
        for path, render in PAGES.items()
        if not (root / path).exists() or (root / path).read_text(encoding="utf-8") != render()
    ]


def write(root: Path) -> None:
    """Draw every page anew under `root`."""
    for path, render in PAGES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(render(), encoding="utf-8")


def _disease(criteria: list[Criterion], catalogue: Catalogue) -> Iterator[str]:
    first = criteria[0]
    asked = "、".join(first.diagnoses) or "所有病人"
    if first.or_if is not None:
        asked += f"，或{describe(first.or_if, catalogue)}"
    yield from ("", f"## {first.disease_name} {first.disease_name_en}", "", f"适用：{asked}", "")
    heading = ("标准", "方向", "条件", "去向", "依据", "状态")
    yield from _table(heading, (_criterion_row(one, catalogue) for one in criteria))


def _criterion_row(one: Criterion, catalogue: Catalogue) -> tuple[str, ...]:
    where = TIER_NAMES[one.to.tier][0] if one.direction is Direction.DOWN else words_for(one.to.tier, one.to.level)[0]
    if one.to.status is not one.status:
        where += f"（{STATUSES['zh'][one.to.status]}：{one.to.why}）"
    direction = "下转" if one.direction is Direction.DOWN else f"上转·{URGENCIES[one.urgency]}"
    title = f"{one.title}<br>`{one.code}`"
    rests_on = f"{one.source_title} {one.clause}".strip()
    return title, direction, describe(one.when, catalogue), where, rests_on, STATUSES["zh"][one.status]


def _measures(catalogue: Catalogue) -> Iterator[str]:
    yield from ("## 指标 Measures", "")
    rows = ((f"`{one.code}`", one.name, one.name_en, _range(one)) for one in catalogue.measures.values())
    yield from _table(("代码", "名称", "English", "可信范围"), rows)


def _range(measure: Measure) -> str:
    if measure.kind is MeasureKind.YES_NO:
        return "是否"
    if measure.kind is MeasureKind.CHOICE:
        return "、".join((measure.choices or {}).values())
    return f"{measure.low:g}–{measure.high:g} {measure.unit}".strip()


def _value_row(rulebook: Rulebook, dated: DatedValue) -> tuple[str, ...]:
    rests_on = f"{rulebook.title_of(dated.source)} {dated.clause}".strip()
    span = f"{dated.valid_from} – {dated.valid_until or ''}".strip()
    return (
        f"`{dated.key}`",
        KEYS[dated.key].name,
        _words(dated.value),
        span,
        rests_on,
        STATUSES["zh"][dated.status],
    )


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dict) and set(value) == {"hours", "working"}:
        return f"{value['hours']:g} {'工作' if value['working'] else ''}小时"
    if isinstance(value, dict):
        return "；".join(f"{name} {_words(each)}" for name, each in value.items())
    if isinstance(value, list):
        return "、".join("–".join(each) if isinstance(each, list) else str(each) for each in value) or "（无）"
    return str(value)


def _sources(rulebook: Rulebook) -> Iterator[str]:
    yield ""
    for source in rulebook.sources.values():
        yield f"- {source.title}" + (f"：{source.note}" if source.note else "")


def _counts(statuses: Iterable[Basis]) -> Iterator[str]:
    found = list(statuses)
    counted = "，".join(f"{words} {found.count(status)}" for status, words in STATUSES["zh"].items())
    yield f"共 {len(found)} 条：{counted}。"


def _table(heading: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield "| " + " | ".join(heading) + " |"
    yield "|" + " --- |" * len(heading)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |"
