"""Planted numbers and secrets are searched for in everything that is logged or reported."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from django.http import HttpRequest
from django.test import RequestFactory
from django.views.debug import get_exception_reporter_filter

from fenji.config.logging import HIDDEN, formatter

ID_NUMBER, PHONE, PASSWORD = "44170219900101123X", "13800138000", "Marke-Passwort-77"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """All that a handler as in production writes."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter())
    root = logging.getLogger()
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)


def clean(stream: io.StringIO) -> str:
    text = stream.getvalue()
    assert text, "nothing was logged"
    for planted in (ID_NUMBER, PHONE, PASSWORD):
        assert planted not in text
    return text


def test_numbers_and_secrets_in_fields_are_hidden(lines: io.StringIO) -> None:
    structlog.get_logger("fenji.test").warning(
        f"居民 {ID_NUMBER} 来电 {PHONE}",
        password=PASSWORD,
        api_token=PASSWORD,
        client_secret=PASSWORD,
        nested={"Authorization": PASSWORD, "note": [PHONE, {"csrf": PASSWORD}]},
        number=int(PHONE),
        thing=Exception(ID_NUMBER),
        fine="血压 168",
    )
    entry = json.loads(clean(lines))
    assert entry["password"] == entry["api_token"] == entry["client_secret"] == HIDDEN
    assert entry["fine"] == "血压 168"
    assert entry["level"] == "warning"


def test_the_standard_librarys_records_pass_the_same_filter(lines: io.StringIO) -> None:
    logging.getLogger("some.library").error("failed for %s and %s", ID_NUMBER, {"phone": PHONE})
    assert "failed for" in clean(lines)


def test_tracebacks_are_masked(lines: io.StringIO) -> None:
    try:
        raise ValueError(f"duplicate key (id_number)=({ID_NUMBER}) phone {PHONE}")
    except ValueError:
        logging.getLogger("fenji.test").exception("broke")
    text = clean(lines)
    assert "ValueError" in text
    assert "test_logging.py" in text


def test_a_line_break_cannot_forge_a_second_line(lines: io.StringIO) -> None:
    logging.getLogger("fenji.test").warning('name\n{"level": "critical"}')
    assert len(clean(lines).strip().splitlines()) == 1


def test_error_reports_hold_neither_form_values_nor_variables() -> None:
    request = RequestFactory().post("/login/", {"login": "lin", "password": PASSWORD, "id": ID_NUMBER})
    report = get_exception_reporter_filter(request)
    assert set(report.get_post_parameters(request).values()) == {HIDDEN}
    planted = frame_with_secrets()
    assert {value for _, value in report.get_traceback_frame_variables(request, planted)} == {HIDDEN}
    assert report.is_active(request)


def frame_with_secrets() -> Any:
    import inspect

    id_number, request = ID_NUMBER, HttpRequest()
    assert id_number
    assert request
    return inspect.currentframe()


@pytest.mark.django_db
def test_a_login_with_a_number_for_a_name_leaves_it_nowhere(lines: io.StringIO, client: Any) -> None:
    client.post("/login/", {"login": ID_NUMBER, "password": PASSWORD})
    client.get("/administration/people/", {"q": PHONE})
    clean(lines)
