"""The frame of every page: language, skip link, policy of scripts, what browsers may keep, errors in words."""

import json
import re
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template import engines
from django.test import Client, RequestFactory
from django.urls import reverse
from django.views.defaults import server_error

from fenji.apps.common.errors import DomainError, Forbidden, NotFound, Stale
from fenji.kernel.roles import Office, Role
from fenji.web import errors, navigation
from fenji.web.middleware import PageHeaders


def person(**fields: object) -> SimpleNamespace:
    return SimpleNamespace(is_authenticated=True, name="李医生", large_print=False, office="", **fields)


def request_of(user: object = None, path: str = "/network/", **extra: object) -> HttpRequest:
    request = RequestFactory().get(path)
    request.user = user or SimpleNamespace(is_authenticated=False)
    request.htmx = False
    for name, value in extra.items():
        setattr(request, name, value)
    return request


def frame(request: HttpRequest | None) -> str:
    return engines["django"].get_template("layouts/base.html").render({}, request)


def test_the_frame_speaks_chinese_and_lets_one_skip_to_the_text() -> None:
    html = frame(request_of())
    assert '<html lang="zh-hans">' in html
    assert html.index('class="skip" href="#main"') < html.index("<header")
    assert 'id="main"' in html


def test_the_frame_loads_no_script_but_htmx_and_nothing_from_elsewhere() -> None:
    html = frame(request_of())
    scripts = re.findall(r"<script[^>]*>", html)
    assert len(scripts) == 1
    assert "htmx" in scripts[0]
    assert not re.search(r"\sstyle=|<style|src=\"(https?:)?//", html)


def test_htmx_keeps_no_history_and_runs_no_strings() -> None:
    config = re.search(r"name=\"htmx-config\" content='([^']+)'", frame(request_of()))
    assert config
    values = json.loads(config[1])
    assert values["historyCacheSize"] == 0
    assert not (values["allowEval"] or values["includeIndicatorStyles"] or values["allowScriptTags"])


def test_large_print_is_marked_on_the_root() -> None:
    big = person()
    big.large_print = True
    assert '<html lang="zh-hans" data-print-size="large">' in frame(request_of(big))
    assert "data-print-size" not in frame(request_of(person()))


def test_the_post_one_acts_from_is_shown() -> None:
    post = SimpleNamespace(role="family_doctor", institution=SimpleNamespace(short_name="双捷卫生院", tier=2))
    html = frame(request_of(person(), post=post))
    assert "双捷卫生院" in html
    assert "家庭医生" in html


def test_the_demonstration_says_so(settings) -> None:
    settings.DEMONSTRATION = True
    assert "演示环境" in frame(request_of())
    settings.DEMONSTRATION = False
    assert "演示环境" not in frame(request_of())


def test_an_entry_is_shown_to_whom_it_concerns() -> None:
    entry = navigation.Entry("x", "network", "share", roles=frozenset({Role.PHYSICIAN}))
    assert entry.shown_to(Role.PHYSICIAN, Office.NONE, is_logged_in=True)
    assert not entry.shown_to(Role.NURSE, Office.NONE, is_logged_in=True)
    assert not entry.shown_to(None, Office.NONE, is_logged_in=False)


def test_an_entry_for_nobody_in_particular_is_for_everyone() -> None:
    assert navigation.Entry("x", "network", "share").shown_to(None, Office.NONE, is_logged_in=False)


def test_an_office_and_a_resident_see_their_own_entries_only() -> None:
    audit = navigation.Entry("x", "network", "share", offices=frozenset({Office.AUDIT}))
    own = navigation.Entry("x", "network", "share", residents=True)
    assert audit.shown_to(None, Office.AUDIT, is_logged_in=True)
    assert not audit.shown_to(None, Office.SYSTEM, is_logged_in=True)
    assert own.shown_to(None, Office.NONE, is_logged_in=True)
    assert not own.shown_to(None, Office.AUDIT, is_logged_in=True)
    assert not own.shown_to(Role.NURSE, Office.NONE, is_logged_in=True)


def test_the_place_one_is_at_is_marked_by_its_longest_address() -> None:
    places = navigation.places_for(request_of(path="/network/yangjiang-people/"))
    assert [place.href for place in places if place.is_current] == ["/network/"]


def test_every_entry_leads_somewhere_and_has_an_icon_that_exists() -> None:
    for entry in navigation.entries():
        assert reverse(entry.url_name)
        engines["django"].from_string("{% load heroicons %}{% heroicon_outline name %}").render({"name": entry.icon})


def test_nobody_has_more_entries_than_fit_in_two_lines() -> None:
    for role in Role:
        shown = [entry for entry in navigation.entries() if entry.shown_to(role, Office.NONE, is_logged_in=True)]
        assert len(shown) <= 16, (role, [entry.url_name for entry in shown])


def headers(cookies: dict[str, str]) -> HttpResponse:
    request = RequestFactory().get("/")
    request.COOKIES.update(cookies)
    return PageHeaders(lambda _request: HttpResponse("x"))(request)


def test_a_page_varies_by_what_htmx_asks_for() -> None:
    assert headers({})["Vary"] == "HX-Request, HX-Target"


def test_no_browser_keeps_a_page_of_a_session() -> None:
    assert headers({settings.SESSION_COOKIE_NAME: "x"})["Cache-Control"] == "no-store"
    assert "Cache-Control" not in headers({})


@pytest.mark.parametrize("status", sorted(errors.WORDINGS))
def test_every_error_has_a_title_and_a_remedy(status: int) -> None:
    response = errors.page(request_of(), status)
    text = response.content.decode()
    assert response.status_code == status
    assert str(errors.WORDINGS[status].title) in text
    assert str(errors.WORDINGS[status].remedy) in text


@pytest.mark.parametrize(
    "error", [NotFound(), Forbidden(), Stale(), DomainError("号源刚被占用。", remedy="请另选时间。")]
)
def test_an_error_of_the_apps_becomes_its_page(error: DomainError) -> None:
    response = errors.DomainErrors(lambda request: HttpResponse()).process_exception(request_of(), error)
    assert response is not None
    assert response.status_code == error.status
    assert str(error.message) in response.content.decode()
    assert str(error.remedy) in response.content.decode()


def test_a_conflict_leads_back_to_the_page_it_came_from_and_nowhere_else() -> None:
    def shown(referer: str, error: DomainError) -> str:
        request = request_of()
        request.META["HTTP_REFERER"] = referer
        response = errors.DomainErrors(lambda _request: HttpResponse()).process_exception(request, error)
        assert response is not None
        return response.content.decode()

    assert 'href="/referrals/7/?tab=2"' in shown("http://testserver/referrals/7/?tab=2", Stale())
    assert "button-primary" not in shown("http://evil.example/x", Stale())
    assert "button-primary" not in shown("http://testserver/referrals/7/", NotFound())


def test_other_errors_are_not_swallowed() -> None:
    assert errors.DomainErrors(lambda request: HttpResponse()).process_exception(request_of(), ValueError()) is None


def test_htmx_gets_an_error_as_a_message_on_the_page_it_stands_on() -> None:
    response = errors.page(request_of(htmx=True), 409)
    assert response["HX-Retarget"] == "#messages"
    assert "<html" not in response.content.decode()


def test_an_error_shows_what_it_was_told_escaped() -> None:
    response = errors.page(request_of(), 409, message="<b>x</b>")
    assert "&lt;b&gt;x&lt;/b&gt;" in response.content.decode()


def test_the_page_of_a_broken_system_needs_neither_database_nor_account() -> None:
    response = server_error(RequestFactory().get("/"))  # no user on it: any look at one would fail
    assert response.status_code == 500
    assert "值班电话" in response.content.decode()


@pytest.mark.parametrize("raised", [Http404(), NotFound()])
def test_absent_and_hidden_are_told_apart_by_nothing_but_their_words(raised: Exception) -> None:
    response = errors.DomainErrors(lambda _request: HttpResponse()).process_exception(request_of(), raised)
    assert response is not None
    assert response.status_code == 404


@pytest.mark.django_db
def test_an_unknown_address_is_answered_in_our_words(client: Client) -> None:
    response = client.get("/no/such/address/")
    assert response.status_code == 404
    assert "没有找到" in response.content.decode()
    assert '<html lang="zh-hans">' in response.content.decode()


@pytest.mark.django_db
def test_a_form_that_lay_too_long_is_told_what_to_do() -> None:
    response = Client(enforce_csrf_checks=True).post(reverse("set_language"), {"language": "en"})
    assert response.status_code == 403
    assert "刷新后重新提交" in response.content.decode()


@pytest.mark.django_db
def test_the_language_switch_turns_the_page_to_english(client: Client) -> None:
    response = client.post(reverse("set_language"), {"language": "en", "next": "/network/"})
    assert response["Location"] == "/network/"
    assert '<html lang="en">' in client.get("/network/").content.decode()


@pytest.mark.django_db
def test_a_stranger_is_sent_to_the_login(client: Client) -> None:
    assert client.get("/")["Location"] == reverse("account_login")
