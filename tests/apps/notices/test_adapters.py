"""SMS and 企业微信 against an HTTP server on this machine: what is sent, what is believed, what is never said."""

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from fenji.apps.common import clock as fenji_clock
from fenji.apps.notices.adapters import adapter_for, http
from fenji.apps.notices.adapters.file import FileAdapter, mask
from fenji.apps.notices.adapters.sms import SmsAdapter
from fenji.apps.notices.adapters.wecom import WecomAdapter
from fenji.apps.notices.errors import DeliveryFailed
from tests.apps.notices.people import MOBILE, Gateway, gateway

OK = (200, '{"code": 0}')
TOKEN = (200, '{"errcode": 0, "access_token": "token-1", "expires_in": 7200}')
TOKEN_2 = (200, '{"errcode": 0, "access_token": "token-2", "expires_in": 7200}')
SENT = (200, '{"errcode": 0, "errmsg": "ok"}')


def wecom(server: Gateway) -> WecomAdapter:
    return WecomAdapter(server.url, "corp", 1000002, "very-secret")


def test_an_sms_is_posted_with_key_number_words_and_name() -> None:
    with gateway(OK) as server:
        SmsAdapter(server.url, "very-secret").send(address=MOBILE, text="您的转诊已被接收", key="k1")
    (got,) = server.got
    assert json.loads(got["body"]) == {"mobile": MOBILE, "content": "您的转诊已被接收", "id": "k1"}
    assert got["headers"]["Authorization"] == "Bearer very-secret"


@pytest.mark.parametrize(
    ("answer", "is_final"),
    [
        ((500, "{}"), False),
        ((429, "{}"), False),
        ((408, "{}"), False),
        ((401, "{}"), True),
        ((302, "http://127.0.0.1:1/elsewhere"), True),
        ((200, '{"code": "throttled"}'), False),
        ((200, '{"code": "invalid_mobile"}'), True),
        ((200, "[]"), False),
        ((200, "<html>"), False),
    ],
)
def test_what_is_not_a_success_is_a_failure_final_or_not(answer: tuple[int, str], is_final: bool) -> None:
    with gateway(answer) as server, pytest.raises(DeliveryFailed) as told:
        SmsAdapter(server.url, "very-secret").send(address=MOBILE, text="您好", key="k1")
    assert told.value.is_final is is_final
    assert len(server.got) == 1
    assert not {"very-secret", MOBILE, "您好"} & {told.value.detail} and MOBILE not in told.value.detail


def test_a_landline_gets_no_sms() -> None:
    with gateway(OK) as server, pytest.raises(DeliveryFailed) as told:
        SmsAdapter(server.url, "k").send(address="06623345678", text="您好", key="k1")
    assert told.value.is_final
    assert server.got == []


def test_a_slow_gateway_is_given_up_and_may_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "TIMEOUT_SECONDS", 0.1)
    with gateway(OK) as server:
        server.delay = 0.5
        with pytest.raises(DeliveryFailed) as told:
            SmsAdapter(server.url, "k").send(address=MOBILE, text="您好", key="k1")
    assert not told.value.is_final
    assert "Timeout" in told.value.detail


def test_nobody_listening_may_be_tried_again_and_a_wrong_scheme_not() -> None:
    with gateway(OK) as server:
        gone = server.url
    with pytest.raises(DeliveryFailed) as told:
        SmsAdapter(gone, "k").send(address=MOBILE, text="您好", key="k1")
    assert not told.value.is_final
    with pytest.raises(DeliveryFailed) as told:
        SmsAdapter("file:///etc/hostname", "k").send(address=MOBILE, text="您好", key="k1")
    assert told.value.is_final


def test_wecom_fetches_one_token_for_many_messages() -> None:
    with gateway(TOKEN, SENT) as server:
        for key in ("k1", "k2"):
            wecom(server).send(address="chen", text="转诊 1 待接收", key=key)
    token, first, second = server.got
    assert parse_qs(urlsplit(token["path"]).query) == {"corpid": ["corp"], "corpsecret": ["very-secret"]}
    assert first["path"] == second["path"] == "/cgi-bin/message/send?access_token=token-1"
    message = json.loads(first["body"])
    assert (message["touser"], message["agentid"], message["text"]["content"]) == ("chen", 1000002, "转诊 1 待接收")


@pytest.mark.parametrize("code", [40014, 42001])
def test_wecom_renews_a_token_that_ran_out_once(code: int) -> None:
    with gateway(TOKEN, (200, json.dumps({"errcode": code})), TOKEN_2, SENT) as server:
        wecom(server).send(address="chen", text="您好", key="k1")
    assert [urlsplit(got["path"]).path.rsplit("/", 1)[1] for got in server.got] == ["gettoken", "send"] * 2
    assert server.got[-1]["path"].endswith("token-2")


@pytest.mark.parametrize(
    ("answer", "is_final"),
    [
        ('{"errcode": 45009}', False),
        ('{"errcode": 60111}', True),
        ('{"errcode": 0, "invaliduser": "chen"}', True),
        ("[]", False),
    ],
)
def test_wecom_refusals_are_final_when_there_is_no_such_member(answer: str, is_final: bool) -> None:
    with gateway(TOKEN, (200, answer)) as server, pytest.raises(DeliveryFailed) as told:
        wecom(server).send(address="chen", text="您好", key="k1")
    assert told.value.is_final is is_final


def test_wecom_without_a_token_says_so_without_the_secret() -> None:
    with gateway((200, '{"errcode": 40001}')) as server, pytest.raises(DeliveryFailed) as told:
        wecom(server).send(address="chen", text="您好", key="k1")
    assert "40001" in told.value.detail
    assert "very-secret" not in told.value.detail + repr(wecom(server)) + repr(SmsAdapter("u", "very-secret"))


def test_the_demonstration_writes_lines_with_masked_numbers(
    tmp_path: Path, settings: Any, clock: fenji_clock.Frozen
) -> None:
    settings.OUTBOX = tmp_path / "outbox"
    for key in ("k1", "k2"):
        FileAdapter("sms").send(address=MOBILE, text="您的转诊已被接收", key=key)
    lines = [json.loads(line) for line in (tmp_path / "outbox" / "sms.jsonl").read_text().splitlines()]
    assert [line["id"] for line in lines] == ["k1", "k2"]
    assert lines[0]["to"] == "138****8000"
    assert lines[0]["at"] == clock.at.isoformat(timespec="seconds")
    assert (os.stat(tmp_path / "outbox" / "sms.jsonl").st_mode & 0o077) == 0


def test_an_outbox_that_cannot_be_written_is_a_failure(
    tmp_path: Path, settings: Any, clock: fenji_clock.Frozen
) -> None:
    (tmp_path / "file").write_text("")
    settings.OUTBOX = tmp_path / "file" / "outbox"
    with pytest.raises(DeliveryFailed):
        FileAdapter("sms").send(address=MOBILE, text="您好", key="k1")


@pytest.mark.parametrize(
    ("address", "shown"), [(MOBILE, "138****8000"), ("06623345678", "066****5678"), ("chen", "chen")]
)
def test_numbers_are_masked_and_members_are_not(address: str, shown: str) -> None:
    assert mask(address) == shown


def test_what_carries_a_channel_follows_the_settings(settings: Any) -> None:
    settings.DEMONSTRATION, settings.SMS_URL, settings.WECOM_CORP_ID = False, "", ""
    assert adapter_for("sms") is None
    settings.DEMONSTRATION = True
    assert isinstance(adapter_for("sms"), FileAdapter)
    assert adapter_for("call") is None
    settings.SMS_URL, settings.WECOM_CORP_ID, settings.WECOM_AGENT_ID = "https://sms.example", "corp", "7"
    assert isinstance(adapter_for("sms"), SmsAdapter)
    assert adapter_for("wecom") == WecomAdapter("https://qyapi.weixin.qq.com", "corp", 7, "")
