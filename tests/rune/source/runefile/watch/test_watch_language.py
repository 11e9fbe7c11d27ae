"""The keys of a Runefile for counting, and the bins that follow from them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.model.tflite import DescribedTensor, ModelSignature, ModelTensor
from rune.project.files import MemoryFiles
from rune.source.runefile import CheckedRunefile, Severity, check
from rune.source.runefile.pipeline import Watch
from rune.source.runefile.watch.file import WATCH_FILE, WatchedSamples, file_text
from rune.tensor import ElementType, TensorType
from rune.watch.counts import Counts
from rune.watch.layout import OTHER, Statistic

ROOT = Path(__file__).parents[5]
RUNEFILE = """\
version: 1
image: runicos/base
{top}pipeline:
  audio:
    capability: SOUND
    args: {{hz: 16000, sample-duration-ms: 100}}
    outputs: [{{type: i16, dimensions: [1600]}}]
{audio}  bytes:
    proc-block: cast
    inputs: [audio]
    args: {{type: i8}}
    outputs: [{{type: i8, dimensions: [1600]}}]
{bytes}  model:
    model: ./words.tflite
    inputs: [bytes]
{model}  best:
    proc-block: hotg-ai/proc-blocks@v0.11.3#most_confident_indices
    inputs: [model]
  word:
    proc-block: label
    inputs: [best]
    args: {{wordlist: "{words}"}}
  answer:
    out: SERIAL
    inputs: [word]
"""
DIGEST = "sha256:" + "0f" * 32


def _signature(element: ElementType, count: int) -> ModelSignature:
    scale, zero_point = (None, None) if element is ElementType.F32 else (1 / 256, -128)
    scores = ModelTensor(
        "scores",
        TensorType(element, (1, count)),
        scale,
        zero_point,
        is_probability=True,
        description=DescribedTensor(),
    )
    return ModelSignature((ModelTensor("sound", TensorType(ElementType.I8, (1600,))),), (scores,))


def _check(
    *,
    top: str = "",
    watch: Mapping[str, str] | None = None,
    words: str = "yes\\nno",
    element: ElementType = ElementType.I8,
    watch_file: str | bytes | None = None,
) -> CheckedRunefile:
    lines = {
        name: f"    watch: {(watch or {})[name]}\n" if name in (watch or {}) else ""
        for name in ("audio", "bytes", "model")
    }
    text = RUNEFILE.format(top=f"watch: {top}\n" if top else "", words=words, **lines)
    files = {"Runefile.yml": text.encode(), "words.tflite": b"model"}
    if watch_file is not None:
        files[WATCH_FILE] = watch_file.encode() if isinstance(watch_file, str) else watch_file
    count = len(words.split("\\n"))
    return check(MemoryFiles(files), PUBLISHED_BLOCKS, signatures=lambda path: _signature(element, count))


def _watch(result: CheckedRunefile) -> Watch:
    assert not result.has_errors, result.diagnostics
    assert result.pipeline is not None
    assert result.pipeline.watch is not None
    return result.pipeline.watch


def _codes(result: CheckedRunefile) -> list[tuple[str, str]]:
    return [(each.code, each.file) for each in result.diagnostics if each.severity is Severity.ERROR]


@pytest.mark.parametrize(
    "watch",
    [
        {"audio": "loudness"},
        {"audio": "3"},
        {"audio": "{level: 1}"},
        {"audio": "level.1"},
        {"audio": "[level, level]"},
        {"audio": "[level, mean]", "bytes": "level"},
        {"audio": "true"},
    ],
)
def test_what_cannot_be_counted_is_refused(watch: Mapping[str, str]) -> None:
    result = _check(watch=watch)
    assert _codes(result) == [("RUNE0128", "Runefile.yml")]
    assert result.pipeline is None


@pytest.mark.parametrize(("top", "fixes"), [("on", 0), ("level", 0), ("false", 1), ("OFF", 1), ("[off]", 0)])
def test_a_runefile_can_only_be_without_counting(top: str, fixes: int) -> None:
    result = _check(top=top)
    assert _codes(result) == [("RUNE0128", "Runefile.yml")]
    assert len(result.diagnostics[0].fixes) == fixes


def test_a_misspelt_statistic_is_fixed_with_its_number() -> None:
    (problem,) = _check(watch={"audio": "Level.0"}).diagnostics
    assert [(fix.is_safe, fix.edits[0].text) for fix in problem.fixes] == [(True, "level.0")]


def test_texts_and_sizes_of_a_run_are_not_counted() -> None:
    text = RUNEFILE.format(top="", words="yes\\nno", audio="", bytes="", model="")
    text = text.replace('wordlist: "yes\\nno"}\n', 'wordlist: "yes\\nno"}\n    watch: mean\n')
    files = {"Runefile.yml": text.encode(), "words.tflite": b"model"}
    result = check(MemoryFiles(files), PUBLISHED_BLOCKS, signatures=lambda path: _signature(ElementType.I8, 2))
    assert _codes(result) == [("RUNE0128", "Runefile.yml")]
    assert "it gives utf8" in result.diagnostics[0].message


def test_a_classifier_counts_by_itself() -> None:
    watch = _watch(_check())
    assert watch.layout.labels is not None
    assert watch.layout.labels.names == ("yes", "no")
    assert watch.layout.confidence is not None
    assert watch.layout.confidence.edges[:3] == (-102, -76, -51)
    assert watch.layout.sizes == (2, 16)
    assert watch.scores is not None
    assert (watch.scores.stage, watch.scores.index) == ("model", 0)
    assert watch.reference is None


def test_scores_of_floats_have_edges_of_32_bits() -> None:
    confidence = _watch(_check(element=ElementType.F32)).layout.confidence
    assert confidence is not None
    assert confidence.edges[0] == 0.10000000149011612
    assert len(confidence.edges) == 15


def test_nothing_is_counted_where_the_runefile_says_so() -> None:
    result = _check(top="off", watch={"audio": "level"}, watch_file="nonsense")
    assert result.diagnostics == ()
    assert result.pipeline is not None
    assert result.pipeline.watch is None


def test_features_without_samples_have_edges_of_their_type() -> None:
    level, mean = _watch(_check(watch={"audio": "level", "bytes": "mean"})).layout.features
    assert (level.name, mean.name) == ("audio level", "bytes mean")
    assert level.edges == tuple(float(4**power) for power in range(15))
    assert mean.edges == tuple(range(-112, 128, 16))
    assert (level.statistic, mean.statistic) == (Statistic.LEVEL, Statistic.MEAN)


def test_a_feature_of_floats_without_samples_is_left_out_with_a_warning() -> None:
    result = _check(watch={"audio": "level", "model": "mean"}, element=ElementType.F32)
    assert [(each.code, each.severity) for each in result.diagnostics] == [("RUNE0129", Severity.WARNING)]
    assert "rune watch" in result.diagnostics[0].notes[0]
    assert [each.name for each in _watch(result).layout.features] == ["audio level"]


def test_the_thirteenth_label_shares_a_bin_with_all_after_it() -> None:
    words = "\\n".join(f"word {number}" for number in range(14))
    labels = _watch(_check(words=words)).layout.labels
    assert labels is not None
    assert labels.names == (*(f"word {number}" for number in range(11)), OTHER)
    assert labels.bins == (*range(11), 11, 11, 11)


def test_two_classes_of_one_word_are_one_label() -> None:
    labels = _watch(_check(words="yes\\nno\\nyes")).layout.labels
    assert labels is not None
    assert (labels.names, labels.bins) == (("yes", "no"), (0, 1, 0))


def _file(watch: Watch, **changes: Any) -> str:
    groups = [tuple(range(size)) for size in watch.layout.sizes]
    reference = Counts(groups[0], groups[1], tuple(groups[2:]))
    value = json.loads(file_text(WatchedSamples(watch.layout, reference, DIGEST, 3)))
    return json.dumps({**value, **changes}, indent=2)


def test_the_edges_of_samples_go_before_those_of_the_type() -> None:
    layout = _watch(_check(watch={"audio": "level"})).layout
    changed = json.loads(_file(Watch(layout, None)))
    changed["layout"]["features"][0]["edges"] = [10, 2000.5]
    changed["reference"]["features"] = [[1, 2, 3]]
    watch = _watch(_check(watch={"audio": "level"}, watch_file=json.dumps(changed)))
    assert watch.reference is not None
    assert (watch.layout.features[0].edges, watch.reference.features) == ((10, 2000.5), ((1, 2, 3),))


def test_the_text_of_a_file_is_readable_and_always_the_same() -> None:
    layout = _watch(_check(watch={"audio": "level"})).layout
    text = file_text(WatchedSamples(layout, None, DIGEST, 0))
    assert text == file_text(WatchedSamples(layout, None, DIGEST, 0))
    assert '"edges": [1.0, 4.0, 16.0, 64.0,' in text
    assert max(map(len, text.splitlines())) < 160


def test_a_file_that_does_not_fit_is_refused_with_its_line() -> None:
    plain = _watch(_check())
    watching = _watch(_check(watch={"audio": "level"}))
    float_scores = _watch(_check(element=ElementType.F32))
    other_words = _watch(_check(words="yes\\nmaybe"))
    more_words = _watch(_check(words="yes\\nno\\nup"))
    cases: dict[str, tuple[str | bytes, Mapping[str, str]]] = {
        "features": (_file(watching), {}),
        "no edges": (_file(plain), {"audio": "level"}),
        "another statistic": (_file(watching), {"audio": "mean"}),
        "scores": (_file(float_scores), {}),
        "labels": (_file(other_words), {}),
        "number of labels": (_file(more_words), {}),
        "version": (_file(plain, version=2), {}),
        "digest": (_file(plain, samples="sha256:1"), {}),
        "layout": (_file(plain, layout={"labels": 3}), {}),
        "reference": (_file(plain, reference={"labels": [1, 2, 3], "confidence": [0] * 16}), {}),
        "negative": (_file(plain, reference={"labels": [-1, 2], "confidence": [0] * 16}), {}),
        "not JSON": ("{", {}),
        "a list": ("[]", {}),
        "infinity": ('{"version": Infinity}', {}),
        "deep": ("[" * 100_000, {}),
        "empty": ("", {}),
        "bytes": (b"\xff\xfe\x00", {}),
        "large": (" " * 300_000, {}),
    }
    for name, (text, watch) in cases.items():
        result = _check(watch=watch, watch_file=text)
        assert _codes(result) == [("RUNE0130", WATCH_FILE)], name
        assert result.pipeline is None, name
    line = _check(watch_file=_file(watching)).diagnostics[0].span.start.line
    assert '"stage": "audio"' in _file(watching).splitlines()[line - 1]


def test_edges_that_no_score_is_are_refused() -> None:
    value = json.loads(_file(_watch(_check())))
    for edges in ([0.5], [-129], [128], [1e300]):
        value["layout"]["confidence"]["edges"] = edges
        value["reference"]["confidence"] = [0, 0]
        assert _codes(_check(watch_file=json.dumps(value))) == [("RUNE0130", WATCH_FILE)], edges


@pytest.mark.parametrize("name", ["keywords", "motion", "picture", "digits", "wake-word"])
def test_the_templates_with_a_classifier_count(name: str) -> None:
    folder = ROOT / "examples" / name
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    watch = _watch(check(MemoryFiles(files), PUBLISHED_BLOCKS))
    assert watch.scores is not None
    assert 4 * sum(watch.layout.sizes) <= 240
