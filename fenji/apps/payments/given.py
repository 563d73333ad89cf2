"""What a hospital hands in for one bill, checked before anything else happens."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from fenji.apps.common.errors import Invalid
from fenji.kernel.payment.codes import Setting
from fenji.kernel.payment.lines import Line

MOST_LINES = 2000


@dataclass(frozen=True)
class Bill:
    """One bill as handed in. It says what was done and what it cost; never the referral state, nor who is insured how.

    `source_system` and `source_code` are the hospital's own number of the bill: the same again is the same claim.
    """

    resident_id: UUID
    institution_code: str
    setting: Setting
    admitted_at: datetime
    ended_at: datetime
    lines: tuple[Line, ...]
    source_system: str = ""
    source_code: str = ""
    diagnosis_code: str = ""
    department_code: str = ""
    care_days: int = 0
    official: dict[str, int] | None = field(default=None, hash=False)  # shadow mode: amounts of the official system

    def check(self, *, at: datetime) -> None:
        """Raises Invalid, naming every field that is wrong."""
        problems: dict[str, str] = {}
        if self.ended_at < self.admitted_at:
            problems["ended_at"] = _("结束时间早于就诊（入院）时间。")
        if self.ended_at > at:
            problems["ended_at"] = _("结束时间晚于现在，尚不能结算。")
        if not self.lines:
            problems["lines"] = _("没有收费明细。")
        elif len(self.lines) > MOST_LINES:
            problems["lines"] = _("收费明细超过 %(n)s 行，请分册上传。") % {"n": MOST_LINES}
        for number, line in enumerate(self.lines, 1):
            if line.amount_cents < 0 or line.quantity_milli <= 0:
                problems[f"lines.{number}"] = _("第 %(n)s 行：数量须大于零，金额不能为负。") % {"n": number}
        if problems:
            raise Invalid(fields=problems)

    @property
    def content_hash(self) -> str:
        """The same bill handed in again has the same."""
        content: dict[str, Any] = {
            "resident": str(self.resident_id), "institution": self.institution_code, "setting": int(self.setting),
            "from": self.admitted_at.timestamp(), "until": self.ended_at.timestamp(), "care": self.care_days,
            "diagnosis": self.diagnosis_code,
            "lines": [[x.code, x.name, int(x.kind), x.quantity_milli, x.amount_cents] for x in self.lines],
        }  # fmt: skip
        return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
