"""The page of commands, from the command line itself."""

from collections.abc import Iterator
from typing import Any

import typer

OPENING = """# Commands

`make run`, `make test`, `make check`, `make prove` and `make lock` need nothing installed but Python, make and git.
Everything else is `fenji`, in `.venv/bin` after the first `make`.

"""


def text() -> str:
    from fenji.config.cli import app  # the command line imports this package

    return OPENING + "\n".join(_sections("fenji", typer.main.get_command(app)))


def _sections(path: str, command: Any) -> Iterator[str]:
    """`command` is a command or group of the click that typer carries along."""
    children = getattr(command, "commands", {})
    if " " in path:
        yield from _section(path, command)
    for name, child in children.items():
        if not child.hidden:
            yield from _sections(f"{path} {name}", child)


def _section(path: str, command: Any) -> Iterator[str]:
    yield f"## `{path}`\n"
    yield f"{(command.help or '').strip()}\n"
    for parameter in command.params:
        names = " ".join(f"`{name}`" for name in parameter.opts)
        yield f"- {names}: {getattr(parameter, 'help', '') or ''}"
    if command.params:
        yield ""
