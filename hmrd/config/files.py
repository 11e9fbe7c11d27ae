"""Loads `hmrd.toml`. A wrong one leaves the last good one in force, which the daemon's folder has."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hmrd.config.model import Config
from hmrd.config.reading import BadConfig, read_config
from hmrd.config.tables import ConfigError

DEFAULT: Final = Path("/etc/hmrd/hmrd.toml")


@dataclass(frozen=True)
class LoadedConfig:
    """The configuration in force."""

    config: Config
    text: str
    """The file that it was read from."""
    errors: tuple[ConfigError, ...] = ()
    """The reasons why the file at its place is not in force."""


def load_config(path: Path, last_good: bytes | None) -> LoadedConfig:
    """Returns the configuration in a file; where it is wrong, the last good one. A file that is not there is empty."""
    try:
        text = path.read_text("utf-8")
        return LoadedConfig(read_config(text), text)
    except FileNotFoundError:
        return LoadedConfig(Config(), "")
    except BadConfig as error:
        errors = error.errors
    except (OSError, ValueError) as error:
        errors = (ConfigError(1, f"{path} cannot be read: {getattr(error, 'strerror', None) or 'it is not text'}."),)
    try:
        text = (last_good or b"").decode()
        return LoadedConfig(read_config(text), text, errors)
    except (BadConfig, ValueError):
        return LoadedConfig(Config(), "", errors)
