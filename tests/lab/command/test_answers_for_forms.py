"""The process that makes forms is in a stranger's hands at worst: it answers for the forms that were asked for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from lab.child.start import Outcome
from lab.command import conversion
from lab.command.conversion import FloatModel, Request, make_forms
from lab.formats.identify import SourceFormat
from lab.refusal import Reason, Refused

pytestmark = pytest.mark.protects("models-in/named-files")


@pytest.mark.parametrize(
    "result",
    [
        {},
        {"forms": "int8"},
        {"forms": ["int8"]},
        {"forms": [{"form": "int8"}, {"form": "/etc/passwd"}]},
        {"forms": [{"form": "../../secret_key"}]},
        {"forms": [{"form": "float16"}]},
        {"forms": [{"form": ["int8"]}]},
        {"forms": [{}]},
    ],
    ids=range(8),
)
def test_other_forms_are_refused(result: Mapping[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "float.tflite"
    source.write_bytes(b"model")
    monkeypatch.setattr(conversion, "run", lambda *_: Outcome(result, {}, 0.0))
    request = Request(source, "int8", ("float32", "int8"))
    with pytest.raises(Refused, match="other forms than it was asked for") as error:
        make_forms(request, FloatModel(source, SourceFormat.TFLITE, None), tmp_path, lambda *_: None)
    assert error.value.reason is Reason.CRASHED
