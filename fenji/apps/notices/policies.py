"""By which ways an addressee is told."""

import re
from dataclasses import dataclass, field
from uuid import UUID

MOBILE = re.compile(r"(\+?86)?1[3-9]\d{9}")


@dataclass(frozen=True)
class Addressee:
    """A person at work, the inbox of an institution or department, or a resident (then the institution is who calls).

    `phone` is given in the clear and sealed at once. `channel` narrows to one way; without it see `channels`.
    """

    user_id: int | None = None
    institution_id: int | None = None
    department_id: int | None = None
    resident_id: UUID | None = None
    channel: str | None = None
    phone: str = field(default="", repr=False)

    @property
    def key(self) -> str:
        return f"u{self.user_id}i{self.institution_id}d{self.department_id}r{self.resident_id}".replace("None", "")

    @property
    def has_mobile(self) -> bool:
        return bool(MOBILE.fullmatch(self.phone))


def channels(to: Addressee, *, carried: frozenset[str]) -> list[str]:
    """The ways, given those that are carried here.

    Staff: the desk always, 企业微信 to a person. A resident: the own page, and SMS to a mobile, else the call list. A
    duty phone: the call list, and SMS when it is a mobile, for the night nobody looks at the list.
    """
    if to.resident_id is not None and to.channel is None:
        return ["desk", "sms" if to.has_mobile and "sms" in carried else "call"]
    if to.channel == "call":
        return ["call", "sms"] if to.has_mobile and "sms" in carried else ["call"]
    if to.channel is not None:
        return [to.channel]
    return ["desk", "wecom"] if to.user_id is not None and "wecom" in carried else ["desk"]
