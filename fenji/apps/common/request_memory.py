"""What a request asked once and need not ask again: who acts from which posts, which policy is in force.

Kept from the beginning of one request to its end, in its own thread alone; outside of a request (jobs, commands, tests)
nothing is kept. So whatever changed is seen by the next request at the latest. Whoever changes in a request what is
kept here, or must read it anew after waiting for a lock, says `forget`.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

Found = TypeVar("Found")
_kept: ContextVar[dict[Hashable, Any] | None] = ContextVar("kept_in_this_request", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """For the middleware around a request: empty at its beginning, gone at its end."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def remembered(key: Hashable, ask: Callable[[], Found]) -> Found:
    """What `ask` answered for this key earlier in the request, else its answer now. An error is not kept."""
    kept = _kept.get()
    if kept is None:
        return ask()
    if key not in kept:
        kept[key] = ask()
    found: Found = kept[key]
    return found


def forget() -> None:
    """From here on everything is asked anew."""
    kept = _kept.get()
    if kept is not None:
        kept.clear()
