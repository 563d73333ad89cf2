"""Reference pages of the policies: every key there is, and for each city every value, its ground, who says so."""

from collections.abc import Callable, Iterator
from functools import partial

from fenji.kernel.explanation import STATUSES
from fenji.rulebook.keys import CHAPTERS, KEYS
from fenji.rulebook.loader import load_rulebook
from fenji.rulebook.markdown import MADE, counts, table
from fenji.rulebook.packs import available_packs, available_policies
from fenji.rulebook.policy_rows import ground_words, span_words, value_words
from fenji.rulebook.rulebook import Rulebook
from fenji.rulebook.schema import DatedValue

HEADING = ("项 key", "名称", "值", "自 – 至", "依据", "状态")


def render_keys_page() -> str:
    """Every key a rulebook knows, what a value looks like, and where the cities' values are."""
    lines = [
        MADE,
        "# Policy values 政策参数",
        "",
        "Every key a rulebook knows. How a policy is read and laid together:",
        "[the rulebook](../explanation/rulebook.md). What the cities say:",
        "",
    ]
    names = {pack.code: pack.name for pack in available_packs()}
    for pack in available_policies():
        below = "".join(
            f"，依据 {names[code]}" for code in reversed(load_rulebook(pack.code).layers) if code != pack.code
        )
        lines.append(f"- [{pack.name} `{pack.code}`](policy/{pack.code}.md){below}")
    for chapter, (name, name_en) in CHAPTERS.items():
        lines += ["", f"## {name} {name_en}", ""]
        lines += table(("项 key", "名称", "English", "值的形式"), _key_rows(chapter))
    return "\n".join([*lines, ""])


def render_city_page(city: str) -> str:
    """Every value of one city with date, clause and status; what it does not say itself under who does."""
    rulebook = load_rulebook(city)
    values = [dated for rows in rulebook.values.values() for dated in rows]
    lines = [MADE, f"# {rulebook.name} `{city}`", "", *counts(dated.status for dated in values), *_sources(rulebook)]
    for code in reversed(rulebook.layers):
        own = [dated for dated in values if dated.layer == code]
        if own:
            lines += ["", f"## {rulebook.layers[code][0]}", "", *counts(dated.status for dated in own), ""]
            lines += table(HEADING, (_value_row(rulebook, dated) for dated in own))
    return "\n".join([*lines, ""])


POLICY_PAGES: dict[str, Callable[[], str]] = {
    "docs/reference/policy.md": render_keys_page,
    **{f"docs/reference/policy/{pack.code}.md": partial(render_city_page, pack.code) for pack in available_policies()},
}


def _key_rows(chapter: str) -> Iterator[tuple[str, ...]]:
    for key, rule in KEYS.items():
        if key.split(".")[0] == chapter:
            yield f"`{key}`", rule.name, rule.name_en, rule.shape.expected


def _value_row(rulebook: Rulebook, dated: DatedValue) -> tuple[str, ...]:
    return (
        f"`{dated.key}`",
        KEYS[dated.key].name,
        value_words(dated),
        span_words(dated),
        ground_words(rulebook, dated),
        STATUSES["zh"][dated.status],
    )


def _sources(rulebook: Rulebook) -> Iterator[str]:
    yield ""
    for source in rulebook.sources.values():
        yield f"- {source.title}" + (f"：{source.note}" if source.note else "")
