"""Limits that keep the source readable: a file of 400 lines, a function of 60, a template of 250."""

import ast
from collections.abc import Iterator
from pathlib import Path

from fenji.config.home import PROJECT

FILE_LINES, FUNCTION_LINES, TEMPLATE_LINES = 400, 60, 250
SOURCE = ("fenji", "tests", "bench")


def too_long(project: Path = PROJECT) -> list[str]:
    """One line for each file, function or template over its limit; migrations are exempt, a program writes them."""
    return [*_files(project), *_templates(project)]


def _files(project: Path) -> Iterator[str]:
    for file in sorted(path for part in SOURCE for path in (project / part).rglob("*.py")):
        if "migrations" in file.parts:
            continue
        text, name = file.read_text(), file.relative_to(project)
        lines = text.count("\n")
        if lines > FILE_LINES:
            yield f"{name}: {lines} lines, at most {FILE_LINES}"
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > FUNCTION_LINES:
                    yield f"{name}:{node.lineno} {node.name}: {length} lines, at most {FUNCTION_LINES}"


def _templates(project: Path) -> Iterator[str]:
    for file in sorted((project / "fenji").rglob("templates/**/*.html")):
        lines = file.read_text().count("\n")
        if lines > TEMPLATE_LINES:
            yield f"{file.relative_to(project)}: {lines} lines, at most {TEMPLATE_LINES}"
