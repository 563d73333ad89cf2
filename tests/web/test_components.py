"""The stylesheets keep their promises (old browsers, contrast, one palette); components print what they should."""

import re
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.template import engines
from django.test import RequestFactory
from django_cotton.compiler_regex import CottonCompiler

from fenji.kernel.referral import State
from fenji.kernel.tiers import Tier
from fenji.web.gallery_examples import ExampleForm, broken_form

CSS = settings.PACKAGE / "web" / "static" / "css"
TEMPLATES = settings.PACKAGE / "web" / "templates"
SHEETS = sorted(CSS.glob("*.css"))
NOW = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)

# What Chromium 86 does not know and would quietly leave out.
TOO_NEW = re.compile(
    r":(?:has|is|where)\(|@layer|@container|@scope|(?<![-\w])(?:inset|aspect-ratio|translate|rotate|scale)\s*:"
    r"|color-mix|oklch|\blab\(|\d(?:dvh|svh|lvh|cqw)\b|overflow:\s*clip|:not\([^)]*,|@media[^{]*[<>]|^\s*&|subgrid",
    re.MULTILINE,
)
INLINE = re.compile(
    r"\sstyle=|<style|\son[a-z]+=\"|<script(?![^>]*\bsrc=)|javascript:|https?://(?!www\.w3\.org)", re.IGNORECASE
)


def render(source: str, **context: object) -> str:
    request = RequestFactory().get("/referrals/?county=441702&page=3")
    return (
        engines["django"]
        .from_string(CottonCompiler().process("{% load fenji i18n %}" + source))
        .render({"at": NOW, **context}, request)
    )


def bare(css: str) -> str:
    return re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_a_stylesheet_uses_nothing_newer_than_the_oldest_browser(sheet) -> None:
    assert TOO_NEW.findall(bare(sheet.read_text())) == []


@pytest.mark.parametrize(
    "rule",
    [
        "a:has(b) {}",
        ":is(h1, h2) {}",
        "@layer base;",
        "p { inset: 0; }",
        "a:not(.b, .c) {}",
        "@media (width > 3px) {}",
        "img { aspect-ratio: 1; }",
        "a {\n  &:hover {}\n}",
        "p { height: 100dvh; }",
    ],
)
def test_the_check_for_new_rules_catches_them(rule: str) -> None:
    assert TOO_NEW.search(rule)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_colours_are_named_in_one_file_only(sheet) -> None:
    if sheet.name in {"tokens.css", "print.css"}:
        pytest.skip("here they are named")
    named = re.findall(r"#[0-9a-f]{3,8}\b", bare(sheet.read_text()), re.IGNORECASE)
    if sheet.name == "network.css":  # the colours of leaders appear nowhere else
        named = [colour for colour in named if f"color: {colour}" not in bare(sheet.read_text())]
    assert named == []


def tokens() -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", (CSS / "tokens.css").read_text()))


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio of two colours."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_measured_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


TEXTS = ["ink", "ink-soft", "ink-faint", "accent", "late", "act", "village", "township", "county", "city"]
TONES = ["idle", "wait", "act", "going", "back", "done", "closed", "late"]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("ground", ["ground", "sheet", "sunk"])
def test_text_is_readable_on_every_ground(text: str, ground: str) -> None:
    assert contrast(tokens()[text], tokens()[ground]) >= 4.5


@pytest.mark.parametrize("tone", TONES)
def test_a_mark_is_readable_on_its_own_wash(tone: str) -> None:
    assert contrast(tokens()[tone], tokens()[f"{tone}-wash"]) >= 4.5


@pytest.mark.parametrize(("text", "ground"), [("on-accent", "accent"), ("on-late", "late"), ("ink-soft", "late-wash")])
def test_text_on_a_strong_ground_is_readable(text: str, ground: str) -> None:
    assert contrast(tokens()[text], tokens()[ground]) >= 4.5


@pytest.mark.parametrize("ground", ["ground", "sheet"])
def test_borders_of_controls_and_focus_stand_out(ground: str) -> None:
    assert contrast(tokens()["rule-strong"], tokens()[ground]) >= 3
    assert contrast(tokens()["focus"], tokens()[ground]) >= 3


def test_no_template_carries_inline_style_or_script_or_foreign_address() -> None:
    found = {
        str(path.relative_to(TEMPLATES)): INLINE.findall(path.read_text())
        for path in TEMPLATES.rglob("*.html")
        if INLINE.search(path.read_text())
    }
    assert found == {}


@pytest.mark.parametrize(
    "html", ['<p style="x">', "<script>x</script>", '<a onclick="x">', '<img src="https://a.b/c">']
)
def test_the_check_for_inline_style_and_script_catches_them(html: str) -> None:
    assert INLINE.search(html)


def test_icons_carry_no_inline_style_and_are_silent() -> None:
    html = engines["django"].from_string('{% load heroicons %}{% heroicon_mini "check" size=18 %}').render()
    assert "style" not in html
    assert 'aria-hidden="true"' in html


@pytest.mark.parametrize("state", list(State))
def test_a_state_prints_word_shape_and_tone(state: State) -> None:
    html = render('<c-state :state="state" />', state=state.value)
    assert re.search(r'class="mark mark-\w+"', html)
    assert "<svg" in html
    assert re.search(r"[一-鿿]{2}", html)


def test_a_tier_without_its_word_still_tells_the_reader() -> None:
    html = render('<c-tier :tier="tier" shape-only />', tier=Tier.CITY)
    assert 'class="unseen">市级' in html


def test_a_late_deadline_looks_late() -> None:
    html = render('<c-deadline :due="due" :at="at" />', due=NOW - timedelta(hours=2))
    assert "due-late" in html
    assert "已超时 2 小时" in html
    assert 'datetime="2026-03-04T' in html


def test_a_resident_is_masked_where_asked() -> None:
    resident = SimpleNamespace(name="陈小明", sex=1, birth_date=date(1957, 3, 2))
    open_html = render('<c-resident :resident="resident" :on="at" />', resident=resident)
    masked = render('<c-resident :resident="resident" :on="at" masked />', resident=resident)
    assert "陈小明" in open_html
    assert "男 · 69 岁" in open_html
    assert "小" not in masked
    assert "陈*明" in masked


@pytest.mark.parametrize(
    "source",
    [
        '<c-resident :resident="one" :on="at" />',
        '<c-institution :institution="one" full />',
        '<c-fact name="x" :value="one.name" />',
        "<c-flash>{{ one.name }}</c-flash>",
        '<c-input name="q" label="x" :value="one.name" />',
        '<c-search label="x" :value="one.name" />',
        '<c-page-head title="{{ one.name }}" />',
        '<c-step state="sent" :note="one.name" who="{{ one.name }}" />',
        '<c-empty title="{{ one.name }}" next="{{ one.name }}" />',
        '<c-button value="{{ one.name }}">x</c-button>',
    ],
)
def test_what_people_typed_is_escaped(source: str) -> None:
    evil = "<script>alert(1)</script>\"' onload=x"
    one = SimpleNamespace(name=evil, short_name=evil, sex=1, birth_date=None, tier=2)
    html = render(source, one=one)
    assert "<script>alert" not in html
    assert "&lt;script&gt;" in html
    assert '" onload' not in html
    assert "\"' onload" not in html


def test_a_field_ties_label_help_and_error_to_its_control() -> None:
    html = render('<c-field :field="form.paper" /><c-field :field="form.complaint" />', form=broken_form())
    assert '<label class="field-label" for="broken_complaint">' in html
    assert 'aria-describedby="broken_complaint_help broken_complaint_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="broken_complaint_error"' in html


@pytest.mark.parametrize("name", list(ExampleForm.base_fields))
def test_every_kind_of_field_has_a_visible_label(name: str) -> None:
    form = ExampleForm()
    html = render('<c-field :field="field" />', field=form[name])
    assert str(form[name].label) in html
    assert "<label" in html or "<legend" in html


def test_a_group_is_a_fieldset_with_a_legend() -> None:
    html = render('<c-field :field="form.urgency" />', form=ExampleForm())
    assert "<fieldset" in html
    assert "<legend" in html


def test_the_list_of_errors_leads_to_each_field() -> None:
    html = render('<c-errors :form="form" />', form=broken_form())
    assert 'role="alert"' in html
    assert 'href="#broken_complaint"' in html
    assert render('<c-errors :form="form" />', form=ExampleForm()).strip() == ""


def test_a_confirmation_carries_version_and_a_key_of_its_own() -> None:
    source = '<c-confirm action="/x/" :version="7" label="接收"></c-confirm>'
    first, second = render(source), render(source)
    keys = [re.search(r'name="idempotency_key" value="([0-9a-f-]{36})"', html) for html in (first, second)]
    assert keys[0] and keys[1] and keys[0][1] != keys[1][1]
    assert 'name="version" value="7"' in first
    assert "csrfmiddlewaretoken" in first
    assert 'value="the-same"' in render('<c-confirm action="/x/" version="7" key="the-same" label="x"></c-confirm>')


def test_places_are_radios_with_the_chosen_one_marked() -> None:
    free = [SimpleNamespace(pk=n, starts_at=NOW + timedelta(days=1, minutes=15 * n)) for n in range(3)]
    html = render('<c-slots :places="places" :at="at" legend="时间" value="2" />', places=free)
    assert html.count('type="radio"') == 3
    assert re.search(r'value="2" required checked', html)
    assert "没有号" in render('<c-slots :places="places" :at="at">没有号</c-slots>', places=[])


def test_the_query_string_keeps_what_is_not_changed() -> None:
    assert render("{% address_with page=4 %}") == "?county=441702&amp;page=4"
    assert render('{% address_with county="" page=None %}') == "?"


def test_a_part_of_a_page_can_be_rendered_alone() -> None:
    """Both template libraries set the loaders; WebConfig keeps cotton and partials together."""
    loaders = engines["django"].engine.loaders
    assert "template_partials" in str(loaders)
    assert "django_cotton" in str(loaders)
