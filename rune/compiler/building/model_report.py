"""A build's report of one model of a project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NotRequired, TypedDict

from rune.abi import ModelFormat
from rune.model.tflite import UnsupportedOp
from rune.model.tflite.signature import UnsupportedOpJson

Runs = Literal["compiled", "host"]


class ModelReportJson(TypedDict):
    """One model stage. What the build does not know of it is null."""

    stage: str
    file: str | None
    size: int | None
    operators: int | None
    runs: Runs
    unsupported: list[UnsupportedOpJson]
    mimetype: NotRequired[str]
    wrong_in_pages: NotRequired[list[str]]


@dataclass(frozen=True)
class ModelReport:
    """One model stage. `file`, `size` in bytes and the count of operators are None where the build does not know them.

    `unsupported` is why the host runs a model that would be compiled otherwise; `wrong_in_pages` are operators of one
    that the host runs which the interpreter of pages computes wrongly.
    """

    stage: str
    file: str | None
    size: int | None
    operators: int | None
    runs: Runs = "compiled"
    unsupported: tuple[UnsupportedOp, ...] = ()
    mimetype: str = ModelFormat.TENSORFLOW_LITE.mimetype
    wrong_in_pages: tuple[str, ...] = ()

    def to_json(self) -> ModelReportJson:
        return {
            "stage": self.stage,
            "file": self.file,
            "size": self.size,
            "operators": self.operators,
            "runs": self.runs,
            "mimetype": self.mimetype,
            "unsupported": [each.to_json() for each in self.unsupported],
            "wrong_in_pages": list(self.wrong_in_pages),
        }
