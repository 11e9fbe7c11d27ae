"""Reading the tables of a configuration: each value has a type, and what does not fit has a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from hmrd.config.lines import KeyPath, line_of

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")


@dataclass(frozen=True, order=True)
class ConfigError:
    """A line that cannot be used."""

    line: int
    message: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}"


class Table:
    """A table of the file. Each method reads one key; wrong ones are collected, so that all are named at once."""

    def __init__(
        self, values: Mapping[str, Any], path: KeyPath, lines: Mapping[KeyPath, int], errors: list[ConfigError]
    ) -> None:
        self._values, self._path, self._lines, self._errors = values, path, lines, errors
        self._known: list[str] = []

    def has(self, key: str) -> bool:
        """Returns whether a key is there."""
        return key in self._values

    @property
    def error_count(self) -> int:
        """How many lines of the file are wrong so far."""
        return len(self._errors)

    def text(self, key: str, default: str = "") -> str:
        """Returns a text that is not empty."""
        value = self._take(key, default)
        if value is not default and (not isinstance(value, str) or not value):
            return self._wrong(key, "takes a text", default)
        return str(value)

    def number(self, key: str, least: float, most: float, default: float) -> float:
        """Returns a number within a range."""
        value = self._take(key, default)
        if not isinstance(value, int | float) or isinstance(value, bool) or not least <= value <= most:
            return self._wrong(key, f"takes a number from {least:g} to {most:g}", default)
        return float(value)

    def whole(self, key: str, least: int, most: int, default: int | None) -> int | None:
        """Returns a whole number within a range."""
        value = self._take(key, default)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            return self._wrong(key, f"takes a whole number from {least:,} to {most:,}", default)
        return value

    def truth(self, key: str, default: bool) -> bool:
        """Returns true or false."""
        value = self._take(key, default)
        return value if isinstance(value, bool) else self._wrong(key, "takes true or false", default)

    def choice(self, key: str, choices: type[E], default: E) -> E:
        """Returns a member of an enumeration."""
        value = self._take(key, default)
        if not isinstance(value, str) or value not in list(choices):
            return self._wrong(key, f"takes one of {', '.join(choices)}", default)
        return choices(value)

    def command(self, key: str) -> tuple[str, ...]:
        """Returns a command with its arguments. No shell reads it."""
        value = self._take(key, [])
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value) or (value and not value[0]):
            return self._wrong(key, 'takes a list of texts such as ["arecord", "-q"]', ())
        return tuple(value)

    def table(self, key: str) -> Table:
        """Returns a table below this one; an empty one where there is none."""
        value = self._take(key, {})
        if not isinstance(value, Mapping):
            value = self._wrong(key, f"is a table: [{self._name(key)}]", dict[str, Any]())
        return Table(value, (*self._path, key), self._lines, self._errors)

    def tables(self, key: str) -> list[Table]:
        """Returns the tables of an array."""
        value = self._take(key, [])
        if not isinstance(value, list) or not all(isinstance(each, Mapping) for each in value):
            value = self._wrong(key, f"is a list of tables: [[{self._name(key)}]]", list[Any]())
        return [Table(each, (*self._path, key, n), self._lines, self._errors) for n, each in enumerate(value)]

    def items(self) -> Iterator[tuple[str, Table]]:
        """Yields all keys of a table whose values are tables."""
        for key in self._values:
            yield key, self.table(key)

    def error(self, key: str, message: str) -> None:
        """Adds the error of a value that cannot be used for a reason that is not its type."""
        self._errors.append(ConfigError(line_of(self._lines, (*self._path, key)), message))

    def finish(self) -> None:
        """Adds an error for each key of the file that nothing has read."""
        for key in self._values:
            if key not in self._known:
                known_keys = ", ".join(self._known)
                self.error(key, f"{self._name(key)} is not known. This table takes {known_keys}.")

    def _take(self, key: str, default: Any) -> Any:
        self._known.append(key)
        return self._values.get(key, default)

    def _name(self, key: str) -> str:
        return ".".join(str(part) for part in (*self._path, key) if isinstance(part, str))

    def _wrong(self, key: str, takes: str, default: T) -> T:
        self.error(key, f"{self._name(key)} {takes}.")
        return default
