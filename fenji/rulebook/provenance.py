"""Where a value or a criterion comes from, since when it holds: without a source nothing loads."""

from collections.abc import Callable
from datetime import date
from typing import Any

from fenji.kernel.tiers import Basis
from fenji.rulebook.errors import RulebookError
from fenji.rulebook.schema import ASSUMPTION

Wrong = Callable[[str, str, str, str], RulebookError]  # problem, field, expected, remedy


def dates_of(row: dict[str, Any], wrong: Wrong) -> dict[str, str]:
    """`from` and `until` as text; `until` is empty when the end is open. Raises what `wrong` makes."""
    if type(row.get("from")) is not date:
        raise wrong("缺少生效日期", "from", "日期，如 2017-01-01", "补上 from")
    if "until" in row and (type(row["until"]) is not date or row["until"] <= row["from"]):
        raise wrong("失效日期不对", "until", "晚于 from 的日期", "改正 until，或删去表示长期有效")
    return {"from": row["from"].isoformat(), "until": row["until"].isoformat() if "until" in row else ""}


def check_provenance(row: dict[str, Any], sources: set[str], wrong: Wrong) -> dict[str, str]:
    """Source, clause and status. An assumption gives its reason; what is stated gives its clause."""
    source, clause, status = row.get("source", ""), str(row.get("clause", "")).strip(), row.get("status", "")
    if not isinstance(source, str) or not source.strip():
        raise wrong("缺少来源", "source", "sources.toml 里的编号，或 “assumption: 理由”", "写明出处或假设的理由")
    if status not in set(Basis):
        raise wrong("状态不对", "status", "stated、unverified、assumed 之一", "出处未核对的用 unverified")
    is_assumption = source.startswith(ASSUMPTION)
    if is_assumption != (status == Basis.ASSUMED):
        raise wrong("来源与状态不符", "status", "来源为 “assumption: …” 时且仅此时为 assumed", "二者改成一致")
    if is_assumption and not source.removeprefix(ASSUMPTION).strip():
        raise wrong("假设没有理由", "source", "“assumption: 理由”", "写明为什么这样假设")
    if not is_assumption and source not in sources:
        known = "、".join(sorted(sources)) or "sources.toml 里的编号"
        raise wrong(f"没有编号为 {source} 的来源", "source", known, "在 sources.toml 登记这份文件")
    if status == Basis.STATED and not clause:
        raise wrong("缺少条款", "clause", "出处里的条款号", "写明是哪一条")
    return {"source": source, "clause": clause, "status": status}
