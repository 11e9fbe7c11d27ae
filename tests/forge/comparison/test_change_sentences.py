"""Golden cases: two states of a project, and the sentences that say what differs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from forge.comparison.changes import compare
from forge.comparison.sentences import sentences
from forge.comparison.serializers import comparison_to_json
from forge.comparison.snapshots import ModelFacts, Snapshot, read_outline
from rune.source.runefile import Outline, outline_to_json
from rune.source.runefile.outline import NodeArgument, NodeKind, OutlineNode, Wire
from tests.support.cases import each_case

MIC = OutlineNode("mic", "capability", "SOUND 16 kHz", 3, None)
FFT = OutlineNode("fft", "block", "fft", 7, None)
OWN = OutlineNode("own", "block", "gate.py", 8, "gate.py")
MODEL = OutlineNode("yes", "model", "yes_no", 11, "yes_no.tflite")
OUT = OutlineNode("out", "output", "SERIAL", 15, None)
AUDIO = "i16[16000]"

DESCRIPTION: dict[str, Any] = {
    "size": 18_000,
    "inputs": [{"type": "i8[1, 49, 40]"}],
    "outputs": [{"type": "i8[1, 4]"}],
    "operators": [{"op": "CONV_2D", "types": "i8", "count": 1}, {"op": "SOFTMAX", "types": "i8", "count": 1}],
    "quantisation": {"per_channel": 2, "per_tensor": 5, "other": 0, "none": 0},
    "memory": {"runs": "compiled", "arena": 5_000, "constants": 17_000, "live": 4_000},
}
REPORT = {"size": 18_000, "memory": {"runs": "compiled"}}
HOST = {"runs": "host", "arena": None, "constants": None, "live": 4_000}


def wire(
    source: OutlineNode, target: OutlineNode, *, output: int = 0, input_: int = 0, type_: str | None = AUDIO
) -> Wire:
    return Wire(source.name, output, target.name, input_, type_)


def pipeline(*nodes: OutlineNode, wires: tuple[Wire, ...] = ()) -> Snapshot:
    return Snapshot({}, outline=Outline(nodes, wires))


def files(contents: dict[str, str], ids: dict[str, str] | None = None) -> Snapshot:
    """Files by path, with what stands for their contents."""
    return Snapshot({path: {"digest": text, "size": len(text)} for path, text in contents.items()}, ids or {})


def code(contents: str) -> Snapshot:
    """A project that is one proc-block of its own."""
    return Snapshot({"gate.py": {"digest": contents}}, outline=Outline((OWN,), ()))


def trained(contents: str, size: int) -> Snapshot:
    """A build's facts about a project that is one stage with its model."""
    facts = {"yes_no.tflite": ModelFacts(REPORT | {"size": size})}
    return Snapshot({"yes_no.tflite": {"digest": contents}}, outline=Outline((MODEL,), ()), models=facts)


def with_model_file(path: str) -> Snapshot:
    """A project that is one model, always the same file."""
    return Snapshot({path: {"digest": "a"}}, {path: "1"}, models={path: ModelFacts(DESCRIPTION)})


def with_node(kind: NodeKind, detail: str, **arguments: str) -> Snapshot:
    """A project that is one stage with arguments."""
    node_arguments = tuple(NodeArgument(name, value) for name, value in arguments.items())
    return Snapshot({}, outline=Outline((OutlineNode("stage", kind, detail, 3, None, node_arguments),), ()))


def labels(text: str | None, digest: str = "a") -> Snapshot:
    """A project whose labels are a file; without a text it is one that is not read."""
    node = OutlineNode("answer", "block", "label", 3, None, (NodeArgument("wordlist", "$LABELS", "labels.txt"),))
    texts = {} if text is None else {"labels.txt": text}
    manifest = {"labels.txt": {"digest": text or digest, "size": 9}}
    return Snapshot(manifest, outline=Outline((node,), ()), texts=texts)


def model(contents: str, facts: dict[str, Any], **changed: Any) -> Snapshot:
    """A project that is one model."""
    manifest = {"m.tflite": {"digest": contents, "size": facts.get("size", 0)}}
    return Snapshot(manifest, models={"m.tflite": ModelFacts(facts | changed)})


@dataclass(frozen=True)
class SentenceCase:
    """Two sides and all that is said of them."""

    name: str
    before: Snapshot
    after: Snapshot
    sentences: tuple[str, ...] = field(default=())


CASES = (
    SentenceCase(
        "nothing changed", pipeline(MIC, OUT, wires=(wire(MIC, OUT),)), pipeline(MIC, OUT, wires=(wire(MIC, OUT),))
    ),
    SentenceCase(
        "a stage comes between two others",
        pipeline(MIC, OUT, wires=(wire(MIC, OUT),)),
        pipeline(MIC, FFT, OUT, wires=(wire(MIC, FFT), wire(FFT, OUT))),
        ("A new proc-block, `fft`.", "`out` no longer reads `mic`."),
    ),
    SentenceCase(
        "a stage goes, and its wires say nothing more",
        pipeline(MIC, MODEL, wires=(wire(MIC, MODEL),)),
        pipeline(MIC),
        ("The model `yes` was removed.",),
    ),
    SentenceCase(
        "a stage does something else",
        pipeline(MIC),
        pipeline(OutlineNode("mic", "capability", "SOUND 44.1 kHz", 3, None)),
        ("`mic` changed from SOUND 16 kHz to SOUND 44.1 kHz.",),
    ),
    SentenceCase(
        "a window is shorter, and the rate is the same",
        with_node("capability", "SOUND 16 kHz", hz="16000", sample_duration_ms="1000"),
        with_node("capability", "SOUND 16 kHz", hz="16000", sample_duration_ms="500"),
        ("The window of `stage` is 0.5 s, was 1 s.",),
    ),
    SentenceCase(
        "a rate that the stage's own sentence has is written once",
        with_node("capability", "SOUND 16 kHz", hz="16000", sample_duration_ms="1000"),
        with_node("capability", "SOUND 8 kHz", hz="8000", sample_duration_ms="2000"),
        ("`stage` changed from SOUND 16 kHz to SOUND 8 kHz.", "The window of `stage` is 2 s, was 1 s."),
    ),
    SentenceCase(
        "a capability is another, with other arguments",
        with_node("capability", "SOUND 16 kHz", hz="16000"),
        with_node("capability", "IMAGE", width="96"),
        ("`stage` changed from SOUND 16 kHz to IMAGE.",),
    ),
    SentenceCase(
        "a picture is smaller, and grey",
        with_node("capability", "IMAGE", width="96", pixel_format="@PixelFormat::RGB"),
        with_node("capability", "IMAGE", width="48", pixel_format="@PixelFormat::GrayScale"),
        (
            "The width of `stage` is 48 pixels, was 96 pixels.",
            "The pixel format of `stage` is grey, was colour.",
        ),
    ),
    SentenceCase(
        "an argument comes, one goes and one changes",
        with_node("block", "noise_filtering", gain="2", strength="0.95"),
        with_node("block", "noise_filtering", fresh="1", strength="0.9"),
        (
            "`fresh` of `stage` is 1, was left out.",
            "`strength` of `stage` is 0.9, was 0.95.",
            "`gain` of `stage` is left out, was 2.",
        ),
    ),
    SentenceCase(
        "the arguments of another block are not compared",
        with_node("block", "modulo", modulus="2"),
        with_node("block", "fft", bins="480"),
        ("`stage` changed from modulo to fft.",),
    ),
    SentenceCase(
        "a long text is not repeated, and a mark in a short one ends no code",
        with_node("block", "tokens", long="a\nb", short="a`b"),
        with_node("block", "tokens", long="a\nc", short="c"),
        ("The text `long` of `stage` changed.", "`short` of `stage` is `c`, was `a'b`."),
    ),
    SentenceCase(
        "an older report tells no arguments",
        pipeline(OutlineNode("stage", "block", "fft", 7, None)),
        with_node("block", "fft", bins="480"),
    ),
    SentenceCase("a label is renamed", labels("7\n8\n"), labels("7\neight\n"), ("Label `8` is now `eight`.",)),
    SentenceCase(
        "labels change places", labels("yes\nno\n"), labels("no\nyes\n"), ("The labels are in another order.",)
    ),
    SentenceCase(
        "labels come and go",
        labels("yes\nno\n"),
        labels("yes\nup\ndown\n"),
        ("A new label, `up`.", "A new label, `down`.", "The label `no` was removed."),
    ),
    SentenceCase(
        "of many labels some are named",
        labels("a\nb\nc\nd\ne\n"),
        labels("1\n2\n3\n4\n5\n"),
        ("Label `a` is now `1`.", "Label `b` is now `2`.", "Label `c` is now `3`.", "2 more labels changed."),
    ),
    SentenceCase(
        "a line's end is no label",
        labels("a\nb"),
        labels("a\nb\n"),
        ("The text `wordlist` of `answer` changed.",),
    ),
    SentenceCase(
        "labels that are not read are a text that changed",
        labels(None, "a"),
        labels(None, "b"),
        ("The text `wordlist` of `answer` changed.", "labels.txt was changed."),
    ),
    SentenceCase(
        "a stage is of another kind",
        pipeline(FFT),
        pipeline(OutlineNode("fft", "model", "fft", 7, "fft.tflite")),
        ("`fft` changed from the proc-block fft to the model fft.",),
    ),
    SentenceCase(
        "wires turn round",
        pipeline(FFT, OWN, wires=(wire(OWN, FFT),)),
        pipeline(FFT, OWN, wires=(wire(FFT, OWN),)),
        ("`own` now reads `fft`.", "`fft` no longer reads `own`."),
    ),
    SentenceCase(
        "two wires between two stages are one sentence",
        pipeline(FFT, OUT),
        pipeline(FFT, OUT, wires=(wire(FFT, OUT), wire(FFT, OUT, output=1, input_=1))),
        ("`out` now reads `fft`.",),
    ),
    SentenceCase(
        "a wire goes from another output",
        pipeline(FFT, OUT, wires=(wire(FFT, OUT),)),
        pipeline(FFT, OUT, wires=(wire(FFT, OUT, output=1),)),
        ("The wires from `fft` to `out` changed.",),
    ),
    SentenceCase(
        "a wire carries another type",
        pipeline(MIC, OUT, wires=(wire(MIC, OUT),)),
        pipeline(MIC, OUT, wires=(wire(MIC, OUT, type_="i16[8000]"),)),
        ("The type from `mic` to `out` changed from i16[16000] to i16[8000].",),
    ),
    SentenceCase(
        "a type is known now",
        pipeline(MIC, OUT, wires=(wire(MIC, OUT, type_=None),)),
        pipeline(MIC, OUT, wires=(wire(MIC, OUT),)),
        ("The type from `mic` to `out` is now i16[16000].",),
    ),
    SentenceCase(
        "one side cannot tell its pipeline",
        pipeline(MIC),
        files({"Runefile.yml": "x"}),
        ("Runefile.yml was added.",),
    ),
    SentenceCase(
        "a model of a build is replaced",
        trained("a", 18_000),
        trained("b", 12_000),
        ("The model `yes` was replaced.", "yes_no.tflite is 33 % (6.0 kB) smaller."),
    ),
    SentenceCase(
        "a proc-block's code changes",
        code("a"),
        code("b"),
        ("The code of the proc-block `own` changed.", "gate.py was changed."),
    ),
    SentenceCase(
        "a model is moved to another folder, and is the same",
        with_model_file("m.tflite"),
        with_model_file("models/m.tflite"),
        ("m.tflite was renamed to models/m.tflite.",),
    ),
    SentenceCase(
        "a model is trained again",
        model("a", DESCRIPTION),
        model("b", DESCRIPTION),
        ("The weights of m.tflite changed; its ops did not.",),
    ),
    SentenceCase(
        "of a model that a build does not describe, only its size is written",
        model("a", REPORT),
        model("b", REPORT),
        ("The contents of m.tflite changed; its size did not.",),
    ),
    SentenceCase(
        "a model is another altogether",
        model("a", DESCRIPTION),
        model(
            "b",
            DESCRIPTION,
            size=20_500,
            inputs=[{"type": None, "element_kind": "f32", "dimensions": [1, 49]}, {"type": "u8"}],
            operators=[{"op": "CONV_2D", "types": "i8", "count": 3}, {"op": "CUSTOM", "types": "", "count": 1}],
            quantisation={"per_channel": 0, "per_tensor": 0, "other": 0, "none": 9},
            memory=DESCRIPTION["memory"] | {"arena": 9_000},
        ),
        (
            "m.tflite is 14 % (2.5 kB) larger.",
            "The inputs of m.tflite changed from i8[1, 49, 40] to f32[1, 49] and u8.",
            "m.tflite has 2 more CONV_2D (i8), 1 more CUSTOM and 1 fewer SOFTMAX (i8).",
            "The arena of m.tflite changed from 5.0 kB to 9.0 kB.",
            "The quantisation of m.tflite changed from 2 per channel and 5 per tensor to 9 not quantised.",
        ),
    ),
    SentenceCase(
        "a model cannot be compiled any more",
        model("a", DESCRIPTION),
        model("b", DESCRIPTION, memory=HOST),
        ("m.tflite is now run by the host: it has an op that cannot be compiled.",),
    ),
    SentenceCase(
        "a model can be compiled now",
        model("a", DESCRIPTION, memory=HOST),
        model("b", DESCRIPTION),
        ("m.tflite is now compiled in.",),
    ),
    SentenceCase(
        "a build of an older version does not say who runs its model",
        model("a", {"size": 18_000, "memory": {"runs": None}}),
        model("b", REPORT | {"size": 18_200}),
        ("m.tflite is 1 % (200 B) larger.",),
    ),
    SentenceCase(
        "a model cannot be read",
        model("a", DESCRIPTION),
        model("b", {"refusal": "It is no TensorFlow Lite model."}),
        ("m.tflite was changed.",),
    ),
    SentenceCase(
        "files come, go, change and are renamed",
        files({"old.md": "x", "gone.txt": "x", "same.txt": "x", "notes.txt": "x"}, {"old.md": "1"}),
        files({"new.md": "x", "here.txt": "x", "same.txt": "x", "notes.txt": "y"}, {"new.md": "1"}),
        ("old.md was renamed to new.md.", "here.txt was added.", "gone.txt was removed.", "notes.txt was changed."),
    ),
    SentenceCase(
        "a file is renamed and changed",
        files({"old.md": "x"}, {"old.md": "1"}),
        files({"new.md": "y"}, {"new.md": "1"}),
        ("old.md was renamed to new.md and changed.",),
    ),
    SentenceCase(
        "a new file has the path that a renamed one had",
        files({"a.md": "x"}, {"a.md": "1"}),
        files({"a.md": "y", "b.md": "x"}, {"b.md": "1", "a.md": "2"}),
        ("a.md was renamed to b.md.", "a.md was added."),
    ),
    SentenceCase(
        "the sixth file is counted",
        files({}),
        files({f"{letter}.txt": "x" for letter in "abcdefg"}),
        ("a.txt, b.txt, c.txt, d.txt, e.txt and 2 more files were added.",),
    ),
)


@each_case("case", CASES, ids=lambda case: case.name)
def test_what_differs_is_said(case: SentenceCase) -> None:
    assert sentences(compare(case.before, case.after)) == case.sentences


@each_case("case", CASES, ids=lambda case: case.name)
def test_no_sentence_is_said_twice_and_the_json_has_them_all(case: SentenceCase) -> None:
    comparison = comparison_to_json(compare(case.before, case.after))
    assert comparison["sentences"] == list(dict.fromkeys(case.sentences))
    parts = [
        *(comparison["pipeline"] or {"sentences": []})["sentences"],
        *(sentence for each in comparison["models"] for sentence in each["sentences"]),
    ]
    assert comparison["sentences"][: len(parts)] == parts


def test_the_json_says_what_a_stage_was_only_where_it_is_something_else() -> None:
    raw = OutlineNode("mic", "capability", "RAW", 3, None)
    before = Snapshot({"yes_no.tflite": {"digest": "a"}}, outline=Outline((MIC, MODEL), ()))
    after = Snapshot({"yes_no.tflite": {"digest": "b"}}, outline=Outline((raw, MODEL), ()))
    pipeline = comparison_to_json(compare(before, after))["pipeline"]
    assert pipeline is not None
    assert [(stage["name"], stage["change"], stage["old_detail"]) for stage in pipeline["stages"]] == [
        ("mic", "changed", "SOUND 16 kHz"),
        ("yes", "changed", None),
    ]


def test_an_outline_is_read_back_also_from_an_older_report() -> None:
    outline = Outline((MIC, MODEL), (wire(MIC, MODEL),))
    document: dict[str, Any] = {**outline_to_json(outline)}
    assert read_outline(document) == outline
    del document["nodes"][0]["file"]
    assert read_outline(document) == outline


def test_an_outline_with_arguments_is_read_back() -> None:
    outline = labels("a\n").outline
    assert outline is not None
    assert read_outline({**outline_to_json(outline)}) == outline
