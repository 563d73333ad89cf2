"""SMS through a gateway that takes JSON: POST {"mobile", "content", "id"} with a bearer key, answers {"code": 0}.

The carriers' and clouds' own interfaces differ; a city puts its relay of a few lines in front of the one it bought.
`id` repeats when we try again, so that the gateway can drop what it sent already.
"""

import re
from dataclasses import dataclass, field

from fenji.apps.notices.adapters.http import call
from fenji.apps.notices.errors import DeliveryFailed

MOBILE = re.compile(r"(\+?86)?1[3-9]\d{9}")
NEVER = {"invalid_mobile", "blacklisted"}  # codes after which another try is no use


@dataclass(frozen=True)
class SmsAdapter:
    url: str
    key: str = field(repr=False)
    name: str = "sms"

    def send(self, *, address: str, text: str, key: str) -> None:
        if not MOBILE.fullmatch(address):
            raise DeliveryFailed("不是手机号码", is_final=True)
        answer = call(
            self.url,
            body={"mobile": address, "content": text, "id": key},
            headers={"Authorization": f"Bearer {self.key}"},
        )
        code = answer.get("code") if isinstance(answer, dict) else None
        if code != 0:
            raise DeliveryFailed(f"短信网关：{str(code)[:40]}", is_final=code in NEVER)
