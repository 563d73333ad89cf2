"""Every text of the pages has an English translation, and the catalogue keeps up with the source."""

import ast
from pathlib import Path

import pytest
from django.utils import translation

from fenji.config.checks.table_words import words_in_tables
from fenji.config.checks.translations import faults, update
from fenji.config.checks.words import PACKAGE, Word, in_python, in_template
from fenji.kernel.referral import MOVES, STATES, State
from fenji.web.presenters import dates, names, states, tiers

PO = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'


def catalogue(folder: Path, entries: str) -> Path:
    path = folder / "django.po"
    path.write_text(PO + entries, "utf-8")
    return path


def test_the_catalogue_is_whole() -> None:
    assert faults() == [], "run `fenji check translations --write` and translate what is new"


# --- what is found in the source


def test_calls_in_python_are_found_with_context_and_plural() -> None:
    source = """
from django.utils.translation import gettext as _, ngettext, pgettext
a = _("甲" "乙")
b = ngettext("%(n)d 人", "%(n)d 些人", 2)
c = pgettext("state", "丙")
d = _(variable)
e = other("丁")
"""
    found = [(word.text, word.context, word.plural) for word in in_python(source)]
    assert found == [("甲乙", None, None), ("%(n)d 人", None, "%(n)d 些人"), ("丙", "state", None)]


def test_tags_in_templates_are_found_wherever_they_stand() -> None:
    source = """{% load i18n %}{# {% translate "注" %} #}
<c-a title="{% translate '甲' %}">{% translate "乙" context "c" %}
{% blocktranslate with name=person.name %}{{ name }}来了{% endblocktranslate %}{{ list|join:_("、") }}
{% blocktranslate count n=many %}{{ n }} 个{% plural %}{{ n }} 些{% endblocktranslate %}"""
    found = {(word.text, word.context, word.plural) for word in in_template(source)}
    assert found == {
        ("甲", None, None), ("乙", "c", None), ("%(name)s来了", None, None), ("、", None, None),
        ("%(n)s 个", None, "%(n)s 些"),
    }  # fmt: skip


def test_tables_give_their_words_with_the_context_pages_use() -> None:
    found = {(word.context, word.text) for word in words_in_tables()}
    assert {("state", rule.name) for rule in STATES.values()} <= found
    assert {("move", move.name) for move in MOVES} <= found


# --- what counts as a fault


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ("", "目录中没有"),
        ('msgid "有 %(n)s 人"\nmsgstr ""\n', "没有译文"),
        ('msgid "有 %(n)s 人"\nmsgstr "%(m)s people"\n', "占位符不一致"),
        ('msgid "有 %(n)s 人"\nmsgstr "%(n)s 人"\n', "译文含中文"),
        ('#, fuzzy\nmsgid "有 %(n)s 人"\nmsgstr "%(n)s people"\n', "译文待核"),
    ],
)
def test_a_text_without_a_good_translation_is_a_fault(tmp_path: Path, entry: str, fault: str) -> None:
    (found,) = faults(catalogue(tmp_path, entry), [Word("有 %(n)s 人")])
    assert fault in found


def test_an_entry_that_nobody_uses_is_a_fault(tmp_path: Path) -> None:
    (found,) = faults(catalogue(tmp_path, 'msgid "旧"\nmsgstr "old"\n'), [])
    assert "已不再使用" in found


def test_both_plural_forms_are_needed(tmp_path: Path) -> None:
    path = catalogue(tmp_path, 'msgid "%(n)d 天"\nmsgid_plural "%(n)d 天"\nmsgstr[0] "%(n)d day"\nmsgstr[1] ""\n')
    assert "没有译文" in faults(path, [Word("%(n)d 天", plural="%(n)d 天")])[0]


def test_a_clause_may_be_cited_as_its_document_numbers_it(tmp_path: Path) -> None:
    path = catalogue(tmp_path, 'msgid "依据：Y 二(七)2。"\nmsgstr "Source: Y 二(七)2."\n')
    assert faults(path, [Word("依据：Y 二(七)2。")]) == []


def test_updating_keeps_what_is_translated_and_drops_what_is_gone(tmp_path: Path) -> None:
    path = catalogue(tmp_path, 'msgid "旧"\nmsgstr "old"\n\nmsgctxt "state"\nmsgid "草稿"\nmsgstr "A draft"\n')
    assert update(path) > 1000
    text = path.read_text("utf-8")
    assert 'msgstr "A draft"' in text
    assert '"旧"' not in text


# --- what a reader of English sees


def test_one_chinese_word_is_a_state_here_and_a_button_there() -> None:
    assert STATES[State.CANCELLATION_REQUESTED].name == "申请取消"
    with translation.override("en"):
        assert states.state_mark("cancellation_requested").word == "Cancellation requested"
        assert states.action_words("request_cancellation") == "Request cancellation"
    assert states.action_words("request_cancellation") == "申请取消"


def test_dates_levels_and_spans_are_said_in_english() -> None:
    from datetime import date, timedelta

    from fenji.web.presenters.deadlines import span_words

    with translation.override("en"):
        assert dates.day_words(date(2026, 11, 25), today=date(2026, 11, 21)) == "Wed 25 Nov"
        assert dates.date_words(date(2027, 1, 2), today=date(2026, 11, 21)) == "2 Jan 2027"
        assert tiers.level_words("tertiary", "a") == "Tertiary, grade A"
        assert (span_words(timedelta(hours=1)), span_words(timedelta(hours=3))) == ("1 hour", "3 hours")


class Centre:
    name, short_name, name_en = "江城区南恩社区卫生服务中心", "南恩社区", "Nanen Community Health Centre, Jiangcheng"


def test_names_are_english_where_there_is_one() -> None:
    class Nameless:
        name, short_name, name_en = "陈医生团队", "陈医生团队", ""

    with translation.override("en"):
        assert names.full_name(Centre) == "Nanen Community Health Centre, Jiangcheng"
        assert names.short_name(Centre) == "Nanen CHC"
        assert names.other_name(Centre) == Centre.name
        assert names.full_name(Nameless) == "陈医生团队"
    assert (names.full_name(Centre), names.short_name(Centre)) == (Centre.name, "南恩社区")
    assert names.full_name(None) == names.short_name(None) == ""


def test_nothing_is_translated_once_for_all_when_a_module_is_read() -> None:
    """Outside functions a text must wait for its reader: gettext_lazy, not gettext."""
    eager = [fault for path in sorted(PACKAGE.rglob("*.py")) for fault in _eager_in(path)]
    assert eager == []


def _eager_in(path: Path) -> list[str]:
    tree = ast.parse(path.read_text("utf-8"))
    now = {"gettext", "ngettext", "pgettext"}
    for line in tree.body:
        if isinstance(line, ast.ImportFrom) and line.module == "django.utils.translation":
            now |= {name.asname for name in line.names if name.name in now and name.asname}
            now -= {name.asname for name in line.names if name.name not in now and name.asname}
    found = []
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in now:
            found.append(f"{path}:{node.lineno}")
        waiting.extend(ast.iter_child_nodes(node))
    return found
