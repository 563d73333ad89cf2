"""A component writes attributes that it does not name as they come (`{{ attrs }}`).

A value handed over as `:name="value"` is not escaped on that way, so no page may: by the name of one of the
component's variables, or as `name="{{ value }}"`.
"""

import re

from django.template import engines
from django_cotton.compiler_regex import CottonCompiler

from fenji.config.home import PROJECT

TEMPLATES = PROJECT / "fenji" / "web" / "templates"
TAG = re.compile(r"<c-([\w.-]+)((?:\s+(?:\"[^\"]*\"|'[^']*'|[^>\"'])*)?)>", re.DOTALL)
VALUE = re.compile(r"\s:([\w-]+)=(?:\"[^\"]*\"|'[^']*')")
HOSTILE = '"x" onfocus="alert(1)'


def variables() -> dict[str, set[str]]:
    """For each component that writes `attrs`: the names that it takes out of them."""
    found = {}
    for file in (TEMPLATES / "cotton").rglob("*.html"):
        text = file.read_text(encoding="utf-8")
        if "{{ attrs" in text:
            named = re.search(r"<c-vars(.*?)/>", text, re.DOTALL)
            names = re.findall(r":?([\w-]+)=", named[1]) if named else []
            found[file.relative_to(TEMPLATES / "cotton").with_suffix("").as_posix().replace("_", "-")] = set(names)
    return found


def unescaped(text: str, known: dict[str, set[str]]) -> list[str]:
    """Values that a template hands over without a name, `component: attribute`."""
    return [
        f"{component}: {name}"
        for component, given in TAG.findall(text)
        if component in known
        for name in VALUE.findall(given)
        if name.replace("-", "_") not in {one.replace("-", "_") for one in known[component]}
    ]


def rendered(source: str) -> str:
    return str(engines["django"].from_string(CottonCompiler().process(source)).render({"value": HOSTILE}))


def test_no_page_hands_a_value_over_unescaped() -> None:
    known = variables()
    found = {str(file): unescaped(file.read_text(encoding="utf-8"), known) for file in TEMPLATES.rglob("*.html")}
    assert {file: names for file, names in found.items() if names} == {}
    assert len(known) > 5


def test_the_way_that_is_forbidden_is_dangerous_and_is_found() -> None:
    forbidden, named, quoted = (
        '<c-button :title="value">x</c-button>',
        '<c-button :href="value">x</c-button>',
        '<c-button title="{{ value }}">x</c-button>',
    )
    assert [bool(unescaped(one, variables())) for one in (forbidden, named, quoted)] == [True, False, False]
    assert [' onfocus="alert' in rendered(one) for one in (forbidden, named, quoted)] == [True, False, False]
