"""Settings of every sub-command: colours, log level, and the environment variables.

Variables come from the environment, else from a `.env` file in this folder or one above it. Of such a file only the
names in `VARIABLES` are taken, so that a project of somebody else cannot set PATH or the like.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TextIO

import click

VARIABLES: Final = {
    "CURRENT_DIR": "The folder that paths of `rune build` start from, as `--current-dir`.",
    "CACHE_DIR": "Read for old scripts; has no effect.",
    "RUNE_REPO_DIR": "Read for old scripts, as `--rune-repo-dir`; has no effect.",
    "RUNE_LOG": "How much is logged to standard error: `off`, `error`, `warn` (the default), `info`, `debug`, `trace`.",
    "RUST_LOG": "The same under its old name; of `target=level` pairs the most verbose applies.",
    "NO_COLOR": "Not empty: no colours.",
    "FORCE_COLOR": "Not empty and not 0: colours even without a terminal.",
}
"""The purpose of each variable. The page of the command lists them."""

LEVELS: Final = ("OFF", "ERROR", "WARN", "INFO", "DEBUG", "TRACE")
"""The levels from least to most verbose."""

_DOTENV_LIMIT: Final = 64 * 1024
_ASSIGNMENT: Final = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*")


@dataclass(frozen=True)
class CommandSettings:
    """`colour` is `auto`, `always` or `never`; `file_variables` are those of `.env`."""

    colour: str = "auto"
    file_variables: Mapping[str, str] = field(default_factory=dict)

    def variable(self, name: str) -> str:
        """The value of one of `VARIABLES`; empty when it is not set."""
        return os.environ[name] if name in os.environ else self.file_variables.get(name, "")

    def colours(self, stream: TextIO) -> bool:
        """Returns whether to write colours to `stream`."""
        if self.colour != "auto":
            return self.colour == "always"
        if self.variable("NO_COLOR"):
            return False
        if self.variable("FORCE_COLOR") not in ("", "0"):
            return True
        return stream.isatty() and os.environ.get("TERM") != "dumb"

    def logs(self, level: str) -> bool:
        """Returns whether a line of `level` is shown."""
        threshold = log_level(self.variable("RUNE_LOG") or self.variable("RUST_LOG"))
        return level in LEVELS[1 : LEVELS.index(threshold) + 1]


def settings() -> CommandSettings:
    """The settings of the running command."""
    context = click.get_current_context(silent=True)
    settings_of_command = None if context is None else context.find_object(CommandSettings)
    return settings_of_command or CommandSettings()


def log_level(text: str) -> str:
    """The level that a variable asks for; WARN when it names none."""
    words = (part.rpartition("=")[2].strip().upper() for part in text.split(","))
    levels = [LEVELS.index(word) for word in words if word in LEVELS]
    return LEVELS[max(levels)] if levels else "WARN"


def read_dotenv(folder: Path) -> dict[str, str]:
    """The variables of the nearest `.env` at or above `folder`; empty when there is none, or none that can be read."""
    for place in (folder, *folder.parents):
        path = place / ".env"
        try:
            if not path.is_file():
                continue
            if path.stat().st_size > _DOTENV_LIMIT:
                return {}
            return parse_dotenv(path.read_text("utf-8", "replace"))
        except OSError:
            return {}
    return {}


def parse_dotenv(text: str) -> dict[str, str]:
    """`NAME=value` lines, with `#` comments and quotes; only the names of `VARIABLES`."""
    variables = {}
    for line in text.splitlines():
        match = _ASSIGNMENT.fullmatch(line)
        if match is None or match[1] not in VARIABLES:
            continue
        value = match[2]
        if len(value) > 1 and value[0] in "\"'" and value[-1] == value[0]:
            value = value[1:-1]
        else:
            value = re.split(r"\s+#", value, maxsplit=1)[0]
        variables[match[1]] = value
    return variables
