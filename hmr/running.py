"""The result of a deployment to this device."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RunningRune:
    """A rune whose health the daemon of this device confirmed."""

    name: str
    """The name of the rune in `hmrd.toml`."""
    version: str
    digest: str
    """`sha256:` and the digest of the bytes that run."""
    self_test: str
    """`passed`, `not-verified` where nothing is known to compare the outputs with, or "" where none was made."""
    former: str
    """The version to which `hmrd go-back` goes, or "" where there is none."""

    def __repr__(self) -> str:
        back = f"; hmrd go-back runs {self.former}" if self.former else ""
        return f"{self.name} runs {self.version}, {self.digest[:19]}{back}"
