"""One JSON call over HTTP with a time limit. Errors name the host and the trouble, never address, text or key."""

import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from fenji.apps.notices.errors import DeliveryFailed

TIMEOUT_SECONDS = 8
LARGEST_ANSWER = 65536  # bytes


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A gateway that redirects would carry the key elsewhere."""

    def redirect_request(self, *_: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect)


def call(url: str, *, body: Any = None, headers: dict[str, str] | None = None, timeout: float | None = None) -> Any:
    """GET, or POST when there is a body; the JSON answered. Raises DeliveryFailed, final for 4xx except 408 and 429."""
    host = urlsplit(url).hostname or "?"
    if urlsplit(url).scheme not in {"http", "https"}:
        raise DeliveryFailed(f"{host}: 地址须以 http(s):// 开头", is_final=True)
    data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
    sent = {"Content-Type": "application/json; charset=utf-8", "Accept": "application/json", **(headers or {})}
    request = urllib.request.Request(url, data=data, headers=sent)  # noqa: S310 (scheme checked above)
    try:
        with _opener.open(request, timeout=timeout or TIMEOUT_SECONDS) as answer:
            return json.loads(answer.read(LARGEST_ANSWER))
    except urllib.error.HTTPError as error:
        final = 300 <= error.code < 500 and error.code not in {408, 429}
        raise DeliveryFailed(f"{host}: HTTP {error.code}", is_final=final) from None
    except (TimeoutError, OSError) as error:
        reason = getattr(error, "reason", error)
        raise DeliveryFailed(f"{host}: {type(reason).__name__}") from None
    except ValueError:
        raise DeliveryFailed(f"{host}: 回答不是 JSON") from None
