"""Ways out of the house. An adapter carries one message to one address, or raises DeliveryFailed."""

from typing import Protocol

from django.conf import settings

from fenji.apps.notices.adapters.file import FileAdapter
from fenji.apps.notices.adapters.sms import SmsAdapter
from fenji.apps.notices.adapters.wecom import WecomAdapter


def setting(name: str) -> str:
    """A setting of an outside connection, "" when it is not configured."""
    return str(getattr(settings, name, None) or "")


class Adapter(Protocol):
    @property
    def name(self) -> str: ...

    def send(self, *, address: str, text: str, key: str) -> None:
        """Deliver; `key` names the message so that the other side can drop a repetition. Raises DeliveryFailed."""


def adapter_for(channel: str) -> Adapter | None:
    """What carries a channel here: the real thing when configured, a file in the demonstration, else nothing."""
    if channel == "sms" and (url := setting("SMS_URL")):
        return SmsAdapter(url, setting("SMS_KEY"))
    if channel == "wecom" and (corp_id := setting("WECOM_CORP_ID")):
        url = setting("WECOM_URL") or "https://qyapi.weixin.qq.com"
        return WecomAdapter(url, corp_id, int(setting("WECOM_AGENT_ID") or 0), setting("WECOM_SECRET"))
    if channel in {"sms", "wecom"} and settings.DEMONSTRATION:
        return FileAdapter(channel)
    return None
