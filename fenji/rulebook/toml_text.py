"""Plain values written as TOML and read back, so that a person edits on a page what stands in a file."""

import tomllib
from typing import Any


def text_of(value: Any) -> str:
    """A value as TOML: a table one line for each of its names, anything else on one line."""
    if isinstance(value, dict) and value:
        return "\n".join(f"{name} = {_inline(inner)}" for name, inner in value.items())
    return _inline(value)


def value_of(text: str) -> Any:
    """What the text says: one value, or lines of `name = value`. Raises ValueError with the parser's words."""
    text = text.strip()
    try:
        try:
            found = tomllib.loads(f"value = {text}")
        except tomllib.TOMLDecodeError:
            return tomllib.loads(text)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if set(found) != {"value"}:
        raise ValueError("more than one value")
    return found["value"]


def _inline(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        inner = ", ".join(f"{name} = {_inline(each)}" for name, each in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_inline, value))}]"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return str(value)
