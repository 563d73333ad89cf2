"""Every code that the trail or a notice carries has words: found by reading the source, so that none is forgotten."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import fenji
from fenji.apps.payments.models import ClaimState
from fenji.apps.payments.policies import CASE_MOVES
from fenji.apps.stays.models import Proposal
from fenji.exchange.exports import EXPORTS
from fenji.kernel.referral import MOVES
from fenji.kernel.stays import Event
from fenji.web.administration.verbs import KINDS, verb_words
from fenji.web.presenters.notices import EVENTS

ROOT = Path(fenji.__file__).parent
CODE = re.compile(r"^[a-z_]+\.[a-z_]+$")
TELLS = re.compile(r"\b(audit|placing|notify|_tell)\b")  # a module without these writes neither
# Looks like one and is none: loggers, jobs, purposes of keys, values of the rulebook.
OTHERS = frozenset({
    "account.second_factor", "resident.id", "resident.tail", "referral.insurer_step", "exchange.check",
    "exchange.load", "notices.deliver",
})  # fmt: skip
# Codes put together at run time, by what stands before the dot: everything that may stand behind it.
BUILT = {
    "referral": [move.action for move in MOVES],
    "booking": ["arrived", "no_show"],
    "ward": [event.value for event in Event],
    "surgery": ["request", "assess", "book", "operate", "discharge", "admit", "cancel", "expire", "follow", "call"],
    "proposal": [Proposal.State.ACCEPTED.value, Proposal.State.DECLINED.value],
    "claim": [ClaimState.REPLACED.value, ClaimState.REVERSED.value],
    "case": list(CASE_MOVES),
    "transfer": ["prepayment", "statement", "clearing"],
    "export": [*EXPORTS, "indicators"],
}
NOT_BUILT = {"sessions", "official"}  # names of fields


def codes() -> Iterator[tuple[str, str]]:
    """Each code with the file it stands in."""
    for path in (one for layer in ("apps", "exchange", "web", "api") for one in (ROOT / layer).rglob("*.py")):
        source = path.read_text("utf-8")
        if not TELLS.search(source) or path.name in {"verbs.py", "wording.py"} or path.parent.name == "presenters":
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.match(node.value):
                yield node.value, str(path.relative_to(ROOT))
            elif isinstance(node, ast.JoinedStr) and (start := _begins(node)):
                assert start in BUILT or start in NOT_BUILT, f"{path}: what may follow {start}. ?"
                yield from ((f"{start}.{end}", str(path.relative_to(ROOT))) for end in BUILT.get(start, ()))


def _begins(node: ast.JoinedStr) -> str:
    first = node.values[0] if node.values else None
    text = first.value if isinstance(first, ast.Constant) else ""
    return text[:-1] if isinstance(text, str) and re.match(r"^[a-z_]+\.$", text) else ""


def unworded(found: Iterator[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(
        (code, where)
        for code, where in found
        if code not in OTHERS and not code.startswith(("fenji.", "django.")) and verb_words(code) == code
        and code not in EVENTS
    )  # fmt: skip


def test_no_code_is_shown_as_it_stands() -> None:
    assert unworded(codes()) == []


def test_the_walk_finds_the_codes_and_notices_one_without_words() -> None:
    found = {code for code, _where in codes()}
    assert {"waiting.enter", "booking.differences", "examination.report", "block.hand_over", "session.close"} <= found
    assert unworded(iter([("waiting.dance", "x.py")])) == [("waiting.dance", "x.py")]


def test_every_verb_can_be_filtered_by_its_kind() -> None:
    kinds = {code.partition(".")[0] for code, _where in codes() if verb_words(code) != code}
    assert kinds <= set(KINDS)
