"""An ONNX model in onnxruntime, for comparisons with what is made of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lab.formats.comparing import Array
from lab.formats.onnx.converted import first_line
from lab.formats.onnx.model import OnnxModel
from lab.formats.onnx.writing import write_onnx
from lab.refusal import Reason, Refused


class SourceOnnx:
    """The clean file of a model in onnxruntime."""

    def __init__(self, model: OnnxModel, outputs: Sequence[str] | None = None) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        try:
            self._session = onnxruntime.InferenceSession(
                write_onnx(model, outputs), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime has a class for each of its error codes
            raise Refused(Reason.BROKEN, f"onnxruntime cannot load the model: {first_line(error)}") from error
        self._inputs = [(one.name, one.kind) for one in model.inputs]

    def outputs(self, values: Sequence[Array]) -> list[Array]:
        """Returns the model's outputs. Raises `Refused`."""
        values_by_name = {name: value.astype(kind) for (name, kind), value in zip(self._inputs, values, strict=True)}
        try:
            return [np.asarray(one) for one in self._session.run(None, values_by_name)]
        except Exception as error:
            raise Refused(Reason.BROKEN, f"onnxruntime cannot run the model: {first_line(error)}") from error
