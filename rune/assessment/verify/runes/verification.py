"""The verification of a rune itself, beside its rebuilt pipeline: data, their JSON, and a sentence for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, NotRequired, TypedDict

from rune.wording import counted, plain


class ToolchainOrigin(Enum):
    """Says which toolchain made a rune: the one that verifies it, another, or (in old reports) one of which only the
    version was known."""

    THIS = "this"
    OTHER = "other"
    UNKNOWN = "unknown"


class OwnTensorsJson(TypedDict):
    """The outputs of models in the rune's own memory: how many were looked for, and the stages of those that were not
    found. `runs` is null where the rune cannot be called step by step."""

    runs: int | None
    compared: int
    missing: list[str]


class RuneVerificationJson(TypedDict):
    """The rune itself against its pipeline compiled again. A report of before they were looked at lacks `distinct` and
    `tensors`."""

    inputs: int
    distinct: NotRequired[int]
    tensors: NotRequired[OwnTensorsJson | None]
    files: int
    bytes: int
    differing: int
    failure: str | None
    suspect: str | None
    refusal: str | None
    origin: Annotated[str, ToolchainOrigin]


@dataclass(frozen=True)
class OwnTensors:
    """The outputs of models in the rune's own memory: so many were `compared` in `runs` runs, and those of the stages
    `missing` were not found there. `runs` is None where the rune cannot be called step by step."""

    runs: int | None = None
    compared: int = 0
    missing: tuple[str, ...] = ()

    @property
    def are_right(self) -> bool:
        """Whether each was seen to be what it should be."""
        return bool(self.runs) and not self.missing

    def to_json(self) -> OwnTensorsJson:
        return {"runs": self.runs, "compared": self.compared, "missing": list(self.missing)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> OwnTensors:
        return cls(value["runs"], value["compared"], tuple(value["missing"]))


@dataclass(frozen=True)
class RuneVerification:
    """The rune itself against the pipeline made again from its models.

    `inputs` sets of inputs were compared, `files` of them from files; where that is 0, `refusal` says why. They gave so
    many `distinct` outputs. Of all output `bytes`, `differing` are others. `failure` says what is wrong with the rune
    as a whole: it does not load, asks for something else, gives nothing, or fails where its pipeline does not.
    `suspect` names the first operator or proc-block whose constants are not in the rune as this toolchain packs
    them; another one may pack them in another way. `tensors` is
    None where no compiled model has an output that a rune keeps.
    """

    inputs: int = 0
    files: int = 0
    bytes: int = 0
    differing: int = 0
    failure: str | None = None
    suspect: str | None = None
    refusal: str | None = None
    origin: ToolchainOrigin = ToolchainOrigin.THIS
    distinct: int = 0
    tensors: OwnTensors | None = None

    @property
    def is_within(self) -> bool:
        """Whether nothing was found wrong: every byte that was compared is its pipeline's, and it is not known to lack
        what that is computed from."""
        return self.is_alike and (self.is_undecided or (self.suspect is None and not self.hides_others))

    @property
    def is_alike(self) -> bool:
        """Whether all that it sends is as it should be."""
        return self.differing == 0 and self.failure is None

    @property
    def hides_others(self) -> bool:
        """Whether what its models give was looked for in its memory, and is not there."""
        return self.tensors is not None and bool(self.tensors.missing)

    @property
    def is_undecided(self) -> bool:
        """Whether its outputs are right, and it is of another toolchain and perhaps of other files: its constants are
        not those of this toolchain, or its models' outputs were not seen in its memory."""
        if not self.is_alike or self.origin is ToolchainOrigin.THIS:
            return False
        is_unseen = self.tensors is not None and not self.tensors.are_right and bool(self.inputs)
        return is_unseen or self.suspect is not None

    def sentence(self, subject: str = "the rune") -> str:
        """The result as a sentence about the rune, or about its second module."""
        if self.is_within and not self.inputs:
            return f"{subject} was not compared with its pipeline: {self.refusal or 'the time ran out'}"
        if self.bytes:
            same = f"{subject} gives the same {self.bytes:,} bytes on {counted(self.inputs, 'input')}"
        else:
            same = f"{subject} sends nothing on {counted(self.inputs, 'input')}, as its pipeline says"
        if self.is_undecided and self.tensors is not None and not self.tensors.are_right:
            return f"{same}, but {self._unseen(self.tensors)}"
        if self.is_undecided:
            return (
                f"{same}, but the constants of {self.suspect} are not in it as this version packs them: it was built "
                "by another toolchain, and perhaps from other files"
            )
        tensors_text = ""
        if self.tensors is not None and self.tensors.are_right:
            tensors_text = f", and its models' outputs are in its memory as they should be ({self.tensors.compared})"
        if self.is_within and self.origin is ToolchainOrigin.OTHER:
            return f"{same}{tensors_text}, and all constants of these files; it was built by another toolchain"
        if self.is_within:
            return f"{same}{tensors_text}"
        begins = f"; the constants of {self.suspect} are not in it" if self.suspect else ""
        if self.origin is ToolchainOrigin.OTHER and self.inputs:
            begins = "; it was built by another toolchain"
        if self.failure is not None:
            return f"{subject} differs from what its pipeline builds: {self.failure}{begins}"
        if not self.differing and self.suspect is None:
            return f"{subject} was not built from these files: {self._unseen(self.tensors or OwnTensors())}"
        if not self.differing:
            return (
                f"{subject} was not built from these files: the constants of {self.suspect} are not in it, though its "
                f"outputs are the same on {counted(self.inputs, 'input')}"
            )
        return (
            f"{subject}'s outputs differ from its pipeline's with these models: {self.differing:,} of {self.bytes:,} "
            f"bytes differ{begins}"
        )

    @staticmethod
    def _unseen(tensors: OwnTensors) -> str:
        if not tensors.missing:
            return "its memory cannot be read between its steps, so what its models give was not compared"
        return f"what {', '.join(map(plain, tensors.missing))} should give is nowhere in its memory"

    def to_json(self) -> RuneVerificationJson:
        return {
            "inputs": self.inputs,
            "distinct": self.distinct,
            "tensors": None if self.tensors is None else self.tensors.to_json(),
            "files": self.files,
            "bytes": self.bytes,
            "differing": self.differing,
            "failure": self.failure,
            "suspect": self.suspect,
            "refusal": self.refusal,
            "origin": self.origin.value,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> RuneVerification:
        """Reads the result from JSON; a report that was written before `refusal`, `distinct` or `tensors` has none."""
        tensors = value.get("tensors")
        return cls(
            value["inputs"],
            value["files"],
            value["bytes"],
            value["differing"],
            value["failure"],
            value["suspect"],
            value.get("refusal"),
            # Reports of before tell of builds that were verified by what made them.
            ToolchainOrigin(value.get("origin", "this")),
            value.get("distinct", 0),
            None if tensors is None else OwnTensors.from_json(tensors),
        )
