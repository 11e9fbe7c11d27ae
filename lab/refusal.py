"""The refusal to convert or train a model: a reason that programs compare, and a sentence for the person."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Reason(StrEnum):
    """The name of a refusal. The page of the command lists them."""

    PYTHON_CODE = "python-code"
    """The file holds Python that loading it would run."""
    CUSTOM_OBJECT = "custom-object"
    """A layer or function that is not Keras's own."""
    UNKNOWN_LAYER = "unknown-layer"
    """A layer of Keras, or an argument of one, that is not on the list."""
    PICKLE = "pickle"
    LEADS_OUTSIDE = "leads-outside"
    """Data that is stored in another file than this one."""
    FILTER = "unknown-filter"
    """Data that only a plug-in of HDF5 could decode."""
    TOO_LARGE = "too-large"
    BROKEN = "broken"
    NOT_READ = "not-read"
    """A format that is not read; the sentence says in which one to save the model."""
    OPEN_DIMENSION = "open-dimension"
    """An input whose size has to be chosen first."""
    NOT_CONVERTED = "not-converted"
    """The converter or the quantiser has no form for it."""
    DIFFERS = "differs"
    """The converted model answers otherwise than its source."""
    SAMPLES = "samples"
    """Samples that do not fit the model's input."""
    SETTINGS = "settings"
    """An argument of a recipe, or a recipe, that does not exist or is out of range."""
    DATA = "data"
    """Data from which a recipe cannot learn."""
    DIVERGED = "diverged"
    """A training run whose loss is no number any more."""
    OUT_OF_TIME = "out-of-time"
    OUT_OF_MEMORY = "out-of-memory"
    FULL_DISK = "full-disk"
    BUSY = "busy"
    """The memory of the machine is reserved by other steps, for longer than a step waits."""
    CRASHED = "crashed"


class Refused(Exception):
    """A model that is not converted, or a training run that does not start or ended.

    `message` has no text that something made of a recording, such as a library that ran a model on it: that is the
    `detail`. A server leaves it out where people may use recordings and not play them. The command shows both.
    """

    def __init__(self, reason: Reason, message: str, detail: str = "") -> None:
        super().__init__(f"{message} {detail}".rstrip())
        self.reason = reason
        self.message = message
        self.detail = detail

    def to_json(self) -> dict[str, str]:
        fields = {"reason": self.reason.value, "message": self.message}
        return {**fields, "detail": self.detail} if self.detail else fields


def refused_from_json(fields: Mapping[str, str]) -> Refused:
    """The refusal that `to_json` described. Raises `ValueError` or `KeyError` for another description."""
    return Refused(Reason(fields["reason"]), fields["message"], fields.get("detail", ""))
