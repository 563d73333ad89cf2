"""Entries of the network's files, read one value at a time; what is wrong is said with file, key and remedy."""

import csv
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

from fenji.cities.errors import NetworkError

Choice = TypeVar("Choice", bound=Enum)


@dataclass
class Row:
    """One table of a TOML file or one line of a CSV file; `at` says which. Reading a value marks it as known."""

    file: str
    at: str
    values: Mapping[str, Any]
    seen: set[str] = field(default_factory=set)

    def wrong(self, key: str, problem: str, remedy: str) -> NetworkError:
        return NetworkError(self.file, f"{self.at}.{key}" if key else self.at, problem, remedy)

    def raw(self, key: str, default: Any = None) -> Any:
        self.seen.add(key)
        value = self.values.get(key, default)
        return default if value == "" else value

    def text(self, key: str) -> str:
        value = self.raw(key)
        if value is None:
            raise self.wrong(key, "is missing", f"give {key} a value")
        return str(value)

    def text_or(self, key: str, default: str) -> str:
        return str(self.raw(key, default))

    def choice(self, key: str, kind: type[Choice]) -> Choice:
        """A member of an enumeration, by its value."""
        text = self.text(key)
        for member in kind:
            if str(member.value) == text:
                return member
        allowed = ", ".join(str(member.value) for member in kind)
        raise self.wrong(key, f"{text!r} is not known", f"use one of {allowed}")

    def whole(self, key: str) -> int:
        return int(self._number(key, int))

    def degrees(self, key: str) -> float:
        return self._number(key, float)

    def _number(self, key: str, kind: type[int] | type[float]) -> float:
        text = self.text(key)
        try:
            return kind(text)
        except ValueError:
            raise self.wrong(key, f"{text!r} is not a number", "write digits only") from None

    def yes(self, key: str, default: bool = False) -> bool:
        value = self.raw(key, default)
        if not isinstance(value, bool):
            raise self.wrong(key, f"{value!r} is not a yes or no", "write true or false")
        return value

    def day(self, key: str) -> date | None:
        value = self.raw(key)
        if value is None or isinstance(value, date):
            return value
        raise self.wrong(key, f"{value!r} is not a date", "write it like 2017-01-01, without quotes")

    def texts(self, key: str) -> tuple[str, ...]:
        """A list; in a CSV file its parts stand between bars."""
        value = self.raw(key, ())
        return tuple(value.split("|")) if isinstance(value, str) else tuple(str(part) for part in value)

    def table(self, key: str) -> "Row | None":
        value = self.raw(key)
        return None if value is None else Row(self.file, f"{self.at}.{key}", value)

    def tables(self, key: str) -> list["Row"]:
        return [Row(self.file, f"{self.at}.{key}[{n}]", value) for n, value in enumerate(self.raw(key, ()), 1)]

    def done(self) -> None:
        """Refuse what nobody read: most often a misspelt key."""
        for key in self.values:
            if key not in self.seen:
                raise self.wrong(
                    key, "is not a known key", f"remove it or spell it as one of {', '.join(sorted(self.seen))}"
                )


def toml_file(path: Path) -> Row:
    """A whole TOML file as one row."""
    try:
        return Row(path.name, "top level", tomllib.loads(_content(path)))
    except tomllib.TOMLDecodeError as error:
        raise NetworkError(path.name, "file", f"is not TOML ({error})", "mend the line it names") from None


def toml_rows(path: Path, key: str, beside: str = "") -> Iterator[Row]:
    """The array of tables `[[key]]` of a file; an entry is named by its place and its code.

    Nothing else may stand in the file but the table `beside`.
    """
    top = toml_file(path)
    for other in top.values:
        if other not in (key, beside):
            raise NetworkError(path.name, other, "is not a known table", f"remove it or spell it as {key}")
    for n, values in enumerate(top.values.get(key, ()), 1):
        name = values.get("code") or values.get("upper") or ""
        yield Row(path.name, f"{key}[{n}]" + (f" ({name})" if name else ""), values)


def csv_rows(path: Path) -> Iterator[Row]:
    """The lines of a CSV file with a heading; an entry is named by its line and its code."""
    for n, values in enumerate(csv.DictReader(_content(path).splitlines()), 2):
        if None in values or None in values.values():
            raise NetworkError(path.name, f"line {n}", "has not as many cells as the heading", "check its commas")
        yield Row(path.name, f"line {n} ({values.get('code', '')})", values)


def _content(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise NetworkError(path.name, "file", "does not exist", f"add it to {path.parent}") from None
    except UnicodeDecodeError:
        raise NetworkError(path.name, "file", "is not UTF-8", "save it again as UTF-8") from None
