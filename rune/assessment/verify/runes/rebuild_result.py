"""The result of building a rune's project again: data, their JSON, and a sentence for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, Final, TypedDict

import rune as this_version
from rune.wording import counted, plain

_LONGEST_VERSION: Final = 80


class RebuildState(Enum):
    """The result of building the project again."""

    IDENTICAL = "identical"
    """Every byte is the same."""
    FRESH = "fresh"
    """The verification itself built the rune from these files."""
    DIFFERENT = "different"
    """This toolchain made the rune, or it says so, and these files build another one."""
    OTHER_TOOLCHAIN = "other-toolchain"
    """Another toolchain made it, so its bytes say nothing; its graph and its resources were compared."""
    IMPOSSIBLE = "impossible"
    """This toolchain cannot build the project."""
    NO_PROJECT = "no-project"
    """There was no project: the pipeline was read from the rune itself, which does not tell all that a build reads."""


class RebuildJson(TypedDict):
    """The comparison with a rebuild; `sentence` is the result for people, `builder` the version that the rune names."""

    state: Annotated[str, RebuildState]
    builder: str | None
    differences: list[str]
    reason: str | None
    sentence: str


@dataclass(frozen=True)
class RebuildResult:
    """The result of the comparison. `differences` are what is wrong, as sentences about "it". `reason` says why the
    project cannot be built."""

    state: RebuildState
    builder: str | None = None
    differences: tuple[str, ...] = ()
    reason: str | None = None

    @property
    def is_proven(self) -> bool:
        """Whether these files are known to build exactly this rune."""
        return self.state in (RebuildState.IDENTICAL, RebuildState.FRESH)

    @property
    def is_wrong(self) -> bool:
        """Whether these files are known not to build this rune."""
        return self.state is RebuildState.DIFFERENT or bool(self.differences)

    @property
    def is_of_this_toolchain(self) -> bool:
        """Whether the constants in the rune must be those of this toolchain."""
        if self.state is RebuildState.NO_PROJECT:
            return self.builder == this_version.__version__
        return self.state not in (RebuildState.OTHER_TOOLCHAIN, RebuildState.IMPOSSIBLE)

    def sentence(self) -> str:
        """The result as a sentence."""
        if self.is_wrong:
            more = f" (and {counted(len(self.differences) - 1, 'other difference')})" if self.differences[1:] else ""
            return f"the rune is not what these files build: {self.differences[0]}{more}"
        match self.state:
            case RebuildState.IDENTICAL:
                return "these files build exactly this rune"
            case RebuildState.FRESH:
                return "built from these files just now"
            case RebuildState.IMPOSSIBLE:
                return f"not rebuilt: {self.reason}"
            case RebuildState.NO_PROJECT:
                return "not rebuilt: the graph, labels and arguments are the rune's own; compare them with --project"
        if self.builder is None:
            return "not rebuilt: the rune does not say which version made it"
        if self.builder == this_version.__version__:
            return f"not rebuilt: made by another toolchain of version {self.builder}"
        return f"not rebuilt: made by {plain(self.builder, _LONGEST_VERSION)}"

    def to_json(self) -> RebuildJson:
        return {
            "state": self.state.value,
            "builder": self.builder,
            "differences": list(self.differences),
            "reason": self.reason,
            "sentence": self.sentence(),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> RebuildResult:
        """Reads the result from JSON; `sentence` follows from the rest."""
        return cls(RebuildState(value["state"]), value["builder"], tuple(value["differences"]), value["reason"])


FRESH: Final = RebuildResult(RebuildState.FRESH, this_version.__version__)
