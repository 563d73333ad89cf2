"""Reference pages drawn from the data, so that they cannot say anything else: here the catalogue, all in `PAGES`."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from fenji.kernel.criteria import Catalogue, Criterion, Measure, MeasureKind
from fenji.kernel.explanation import STATUSES, describe
from fenji.kernel.reasons import TIER_NAMES, words_for
from fenji.kernel.referral import Direction, Urgency
from fenji.kernel.tiers import Basis
from fenji.rulebook.case_pages import CASE_PAGES
from fenji.rulebook.loader import load_rulebook
from fenji.rulebook.markdown import MADE, counts, table
from fenji.rulebook.policy_pages import POLICY_PAGES

FOREVER = date.max  # a day on which everything that is open-ended holds
URGENCIES = {Urgency.EMERGENCY: "急诊", Urgency.URGENT: "紧急", Urgency.ROUTINE: "常规"}


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
        *counts(criterion.status for criterion in catalogue.criteria),
    ]
    for disease in dict.fromkeys(criterion.disease for criterion in catalogue.criteria):
        lines += _disease([one for one in catalogue.criteria if one.disease == disease], catalogue)
    return "\n".join([*lines, "", *_measures(catalogue), ""])


PAGES: dict[str, Callable[[], str]] = {
    "docs/reference/catalogue.md": render_catalogue_page,
    **POLICY_PAGES,
    **CASE_PAGES,
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
    yield from table(heading, (_criterion_row(one, catalogue) for one in criteria))


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
    yield from table(("代码", "名称", "English", "可信范围"), rows)


def _range(measure: Measure) -> str:
    if measure.kind is MeasureKind.YES_NO:
        return "是否"
    if measure.kind is MeasureKind.CHOICE:
        return "、".join((measure.choices or {}).values())
    return f"{measure.low:g}–{measure.high:g} {measure.unit}".strip()
