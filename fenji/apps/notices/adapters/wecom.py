"""企业微信: an application message to a member, by the interface of developer.work.weixin.qq.com (also 政务微信).

The member's id is the account's username, as the city's address book has it.
"""

import threading
import time
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import urlencode

from fenji.apps.notices.adapters.http import call
from fenji.apps.notices.errors import DeliveryFailed

STALE_TOKEN = {40014, 42001}  # the token is wrong or ran out: fetch another and try once more
NOBODY = {81013, 60111}  # no such member, or outside the application's range
WINDOW = 4 * 3600  # seconds in which the other side drops a repeated message


@dataclass(frozen=True)
class WecomAdapter:
    url: str
    corp_id: str
    agent_id: int
    secret: str = field(repr=False)
    name: str = "wecom"

    _tokens: ClassVar[dict[tuple[str, str, int], tuple[str, float]]] = {}
    _lock: ClassVar[threading.Lock] = threading.Lock()

    def send(self, *, address: str, text: str, key: str) -> None:
        message = {
            "touser": address, "msgtype": "text", "agentid": self.agent_id, "text": {"content": text},
            "enable_duplicate_check": 1, "duplicate_check_interval": WINDOW,
        }  # fmt: skip
        answer = self._post(message, self._token())
        if answer.get("errcode") in STALE_TOKEN:
            answer = self._post(message, self._token(renew=True))
        code = answer.get("errcode")
        if code != 0:
            raise DeliveryFailed(f"企业微信：{code}", is_final=code in NOBODY)
        if answer.get("invaliduser"):
            raise DeliveryFailed("企业微信：没有这个成员", is_final=True)

    def _post(self, message: dict[str, Any], token: str) -> dict[str, Any]:
        return _object(call(f"{self.url}/cgi-bin/message/send?{urlencode({'access_token': token})}", body=message))

    def _token(self, *, renew: bool = False) -> str:
        """Kept per process until shortly before it runs out, as the interface asks."""
        whose = (self.url, self.corp_id, self.agent_id)
        with self._lock:
            token, until = self._tokens.get(whose, ("", 0.0))
            if token and not renew and time.monotonic() < until:
                return token
            query = urlencode({"corpid": self.corp_id, "corpsecret": self.secret})
            answer = _object(call(f"{self.url}/cgi-bin/gettoken?{query}"))
            if answer.get("errcode") != 0 or not answer.get("access_token"):
                raise DeliveryFailed(f"企业微信：取不到令牌（{answer.get('errcode')}）")
            token = str(answer["access_token"])
            self._tokens[whose] = (token, time.monotonic() + int(answer.get("expires_in", 7200)) - 120)
            return token


def _object(answer: Any) -> dict[str, Any]:
    if not isinstance(answer, dict):
        raise DeliveryFailed("企业微信：回答不是对象")
    return answer
