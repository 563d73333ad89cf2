"""A city's own decisions: new dated values laid over its pack, each on a document or a reason of its own.

They are the topmost layer: nation, province, city's pack, decisions. A pack that is loaded anew keeps them on top.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from fenji.kernel.tiers import Basis
from fenji.rulebook.keys import KEYS
from fenji.rulebook.overlay import lay_over
from fenji.rulebook.rulebook import Rulebook
from fenji.rulebook.schema import ASSUMPTION
from fenji.rulebook.version import canonical

LAYER = "decision"
NAMES = {"code": LAYER, "name": "本市决定", "name_en": "Decided here"}


@dataclass(frozen=True)
class Decision:
    """A value of one key on `[valid_from, valid_until)`. `ground` is a document's title, or an assumption's reason."""

    id: str  # names the document among the rulebook's sources
    key: str
    value: Any
    valid_from: date
    valid_until: date | None
    ground: str
    clause: str
    status: Basis


def faults_of(decision: Decision) -> dict[str, str]:
    """What is wrong with a decision, by field, in Chinese with what was expected; empty when it can stand."""
    found = {}
    if decision.key not in KEYS:
        return {"key": f"没有 {decision.key} 这一项"}
    if fault := KEYS[decision.key].shape.fault(decision.value):
        where = f"{fault.where}：" if fault.where else ""
        found["value"] = f"{where}应为 {fault.expected}"
    if decision.valid_until is not None and decision.valid_until <= decision.valid_from:
        found["valid_until"] = "应晚于生效日期，或不填表示长期有效"
    if not decision.ground.strip():
        found["ground"] = "写明假设的理由" if decision.status is Basis.ASSUMED else "写明文件名称"
    if decision.status is Basis.STATED and not decision.clause.strip():
        found["clause"] = "文件写明的，写明是哪一条"
    return found


def decide(rulebook: Rulebook, decisions: Iterable[Decision]) -> Rulebook:
    """The rulebook with decisions laid over it in the order given; each must be without faults."""
    content = rulebook.plain()
    for decision in decisions:
        source = f"{ASSUMPTION} {decision.ground}" if decision.status is Basis.ASSUMED else decision.id
        if source == decision.id:
            content["sources"] = {**content["sources"], decision.id: {"title": decision.ground}}
        row = {
            "from": decision.valid_from.isoformat(),
            "until": decision.valid_until.isoformat() if decision.valid_until else "",
            "value": decision.value,
            "source": source,
            "clause": decision.clause,
            "status": decision.status.value,
            "layer": LAYER,
        }
        content["values"] = lay_over(content["values"], {decision.key: [row]})
        if NAMES not in content["layers"]:
            content["layers"] = [*content["layers"], NAMES]
    return Rulebook(canonical(content))
