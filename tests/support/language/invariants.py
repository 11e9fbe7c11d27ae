"""Invariants of a check whatever the Runefile holds. Used by the tests and by the fuzzers."""

from __future__ import annotations

import json

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.editing.language.yaml.layout import LayoutReader, read_layout
from rune.model.tflite import ModelError, ModelSignature, ModelTensor
from rune.project.files import FileMissing, MemoryFiles
from rune.source.runefile import CheckedRunefile, check, diagnostic_to_json, draw, outline_to_json
from rune.source.runefile.source import SourceText
from rune.source.runefile.yaml.plain import read_plain
from rune.source.runefile.yaml.reader import Composer, TooMuch, Unreadable
from rune.tensor import ElementType, TensorType

_SIGNATURE = ModelSignature(
    (ModelTensor("sound", TensorType(ElementType.I16, (16000,))),),
    (ModelTensor("scores", TensorType(ElementType.F32, (1, 2))),),
)


def signature(path: str) -> ModelSignature:
    """Returns the signature of `m.tflite`; `broken.tflite` is no model, and there is no other."""
    if path == "broken.tflite":
        raise ModelError("no model", 0)
    if path != "m.tflite":
        raise FileMissing(path, "no such file in the project")
    return _SIGNATURE


def checked_with_invariants(data: bytes, runefile: str = "Runefile.yml", most_fixes: int = 3) -> CheckedRunefile:
    """Checks a Runefile of any bytes, and that what comes of it can be shown and sent, and its fixes applied."""
    result = _checked(data, runefile)
    text = data.decode("utf-8", "replace")
    fixes = [fix for diagnostic in result.diagnostics for fix in diagnostic.fixes]
    for fix in fixes[:most_fixes]:
        candidate = text
        for edit in sorted(fix.edits, key=lambda edit: edit.span.start, reverse=True):
            candidate = candidate[: edit.span.start.offset] + edit.text + candidate[edit.span.end.offset :]
        _checked(candidate.encode("utf-8", "replace"), runefile)
    return result


def same(text: str) -> bool:
    """Returns whether the fast reader could read it; what it read, and how it is written, is compared with the full
    readers."""
    plain = read_plain(text)
    if plain is None:
        return False
    composer = Composer(SourceText("Runefile.yml", text), text)
    try:
        expected = composer.document()
    except (Unreadable, TooMuch) as error:
        raise AssertionError(f"the full reader refuses {text!r}") from error
    assert plain == expected
    assert composer.notices == []
    assert read_layout(text) == LayoutReader(text, 0).document()
    return True


def _checked(data: bytes, runefile: str) -> CheckedRunefile:
    files = MemoryFiles({runefile: data, "m.tflite": b"", "broken.tflite": b"", "words.txt": b"one\ntwo\n"})
    result = check(files, PUBLISHED_BLOCKS, signatures=signature)
    assert (result.pipeline is None) is result.has_errors
    text = data.decode("utf-8", "replace")
    for diagnostic in result.diagnostics:
        spans = [diagnostic.span, *(edit.span for fix in diagnostic.fixes for edit in fix.edits)]
        for span in spans:
            assert 0 <= span.start.offset <= span.end.offset <= len(text)
            assert span.start.line >= 1
            assert span.start.column >= 1
        assert "\n" not in diagnostic.message
        assert all("\n" not in note for note in diagnostic.notes)
    drawing = draw(result.diagnostics, {runefile: text}, False)
    assert "\x1b" not in drawing
    drawing.encode()
    json.dumps([diagnostic_to_json(diagnostic) for diagnostic in result.diagnostics])
    json.dumps(outline_to_json(result.outline))
    return result
