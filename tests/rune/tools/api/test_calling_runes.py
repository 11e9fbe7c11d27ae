"""The Python interface: a folder becomes a rune, which is called with arrays by name; what does not fit is refused."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import rune
from rune.running.container import canonical_json, pack
from rune.running.runtime.errors import InputFile, InputMissing, RuneUnusable
from rune.tools.api import InputShape, InputType, InputUnknown
from tests.conftest import REPOSITORY
from tests.support.cases import each_case
from tests.support.runes import wat_runes

_GRAPH = {
    "rune": {"name": "counter"},
    "capabilities": {"step": {"kind": {"type": "raw"}, "outputs": ["a"]}},
    "tensors": {"a": {"element_type": "U8", "dimensions": [1]}},
}
_COUNTER = wat_runes.rune(
    "(drop (call $capability (i32.const 5))) (drop (call $output (i32.const 5)))",
    """(drop (call $read (i32.const 64) (i32.const 1) (i32.const 1)))
       (if (i32.eq (i32.load8_u (i32.const 64)) (i32.const 255)) (then unreachable))
       (if (i32.eq (i32.load8_u (i32.const 64)) (i32.const 254)) (then (loop $for_ever (br $for_ever))))
       (global.set $handle (i32.add (global.get $handle) (i32.load8_u (i32.const 64))))
       (i32.store8 (i32.const 9) (global.get $handle))
       (drop (call $write (i32.const 2) (i32.const 0) (i32.const 10)))""",
    data=f"(data (i32.const 0) {wat_runes.text(bytes([5, 0, 0, 0]) + b'u8[1]')})",
)
COUNTER = pack(_COUNTER, [(".rune_graph", canonical_json(_GRAPH))])
"""Adds its input to what it remembers; traps at 255, and runs for ever at 254."""

TWO_OF_A_KIND = """\
version: 1
image: runicos/base
pipeline:
  second-number:
    capability: RAW
    outputs: [{type: f32, dimensions: [2]}]
  first:
    capability: RAW
    outputs: [{type: i16, dimensions: [3]}]
  zeta: {out: tensor, inputs: [second-number]}
  alpha: {out: tensor, inputs: [first, second-number]}
"""


@pytest.fixture
def two(tmp_path: Path) -> rune.Rune:
    (tmp_path / "Runefile.yml").write_text(TWO_OF_A_KIND)
    return rune.build(tmp_path, name="two").load()


@pytest.fixture(scope="module")
def keywords() -> Iterator[rune.Rune]:
    with rune.build(REPOSITORY / "examples" / "keywords").load() as model:
        yield model


def mirror(kind: int, size: int, shape: str) -> rune.Rune:
    return rune.load(wat_runes.mirror(kind, size, shape))


@pytest.mark.slow
def test_a_sound_goes_in_by_name_and_scores_come_out_by_name(keywords: rune.Rune) -> None:
    results = keywords(audio=np.zeros(16000, np.int16))
    assert results["scores"].dtype == np.float32
    assert results["scores"].shape == (1, 8)
    assert results["heard"] == "silence"
    assert list(results) == ["heard", "scores", "called"]
    assert results.milliseconds > 0


@pytest.mark.slow
def test_a_result_is_found_by_the_stage_that_made_it_too(keywords: rune.Rune) -> None:
    results = keywords(np.zeros(16000, np.int16))
    assert results["shares"] is results["scores"]
    assert results["label"] == results["heard"]
    with pytest.raises(KeyError, match="no output 'score'; there are: heard, scores, called"):
        results["score"]


def test_a_rune_says_what_it_takes_and_gives(keywords: rune.Rune) -> None:
    audio = keywords.inputs["audio"]
    assert (audio.kind, audio.shape, audio.dtype, audio.parameters["hz"]) == ("audio", (16000,), np.dtype("i2"), 16000)
    assert [str(output) for output in keywords.outputs.values()] == [
        "heard: utf8[1]",
        "scores: f32[1, 8]",
        "called: utf8[1]",
    ]
    assert (
        repr(keywords)
        == "<Rune keywords: audio: audio, i16[16000] -> heard: utf8[1]; scores: f32[1, 8]; called: utf8[1]>"
    )


def test_inputs_and_outputs_of_one_kind_keep_their_own_names(two: rune.Rune) -> None:
    assert list(two.inputs) == ["second-number", "first"]
    results = two(first=[1, 2, 3], second_number=[0.5, 1.5])
    assert results["zeta"].tolist() == [0.5, 1.5]
    first, second = results["alpha"]
    assert (first.tolist(), second.tolist()) == ([1, 2, 3], [0.5, 1.5])
    assert results["first"].tolist() == [1, 2, 3]
    with pytest.raises(KeyError, match="2 outputs send what 'second-number' gives"):
        results["second-number"]
    assert two({"second-number": [0, 0], "first": [0, 0, 0]})["zeta"].tolist() == [0, 0]


def test_a_rune_that_does_not_say_its_order_has_no_name_guessed(tmp_path: Path) -> None:
    (tmp_path / "Runefile.yml").write_text(TWO_OF_A_KIND)
    data = rune.build(tmp_path).data
    older = rune.load(data.replace(b'"requests"', b'"nonsense"'))
    assert list(older.inputs) == ["raw", "raw_2"]
    assert list(older.outputs) == ["tensor", "tensor_2"]


def test_a_rune_without_a_graph_is_named_by_kinds() -> None:
    model = mirror(2, 4, "u8[4]")
    assert list(model.inputs) == ["audio"]
    assert model(audio=np.array([1, 256], "<i2"))["tensor"].tolist() == [1, 0, 0, 1]


@each_case("graph", [[], {"requests": 5}, {"capabilities": {"a": 1}, "tensors": []}, {"rune": 3}])
def test_a_graph_that_makes_no_sense_keeps_no_rune_from_running(graph: object) -> None:
    data = pack(wat_runes.mirror(5, 2, "u8[2]"), [(".rune_graph", canonical_json(graph))])
    assert rune.load(data)(bytes([7, 8]))["tensor"].tolist() == [7, 8]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.zeros(16000), r"takes a sound, i16\[16000\], and not float64. Sound is i16"),
        (np.full(16000, 70000), "i16 cannot hold 70000"),
        ("yes.wav", "For a sound in a file, pass pathlib.Path"),
        (None, "not objects such as None"),
        ([[1], [1, 2]], "not a list of lists of several lengths"),
        (np.zeros(16000, complex), "not elements of type complex128"),
    ],
)
def test_elements_that_would_change_are_refused(keywords: rune.Rune, value: object, message: str) -> None:
    with pytest.raises(InputType, match=message):
        keywords(audio=value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.zeros(15999, "i2"), "is 1 element short"),
        (np.zeros(16001, "i2"), "stream"),
        (np.zeros((2, 8000), "i2"), r"i16\[16000\], and not an array of shape \(2, 8000\)"),
    ],
)
def test_an_array_of_another_shape_is_refused(keywords: rune.Rune, value: object, message: str) -> None:
    with pytest.raises(InputShape, match=message):
        keywords(audio=value)


def test_numbers_are_converted_where_they_keep_their_value(two: rune.Rune) -> None:
    zeros = [0, 0, 0]
    assert two(first=zeros, second_number=np.array([0.1, 2]))["zeta"].tolist() == [np.float32(0.1), 2]
    assert two(first=np.array([True, False, True]), second_number=[1, 2])["first"].tolist() == [1, 0, 1]
    big_endian = np.array([258, 1, -2], ">i2")
    assert two(first=big_endian[::-1], second_number=[1, 2])["first"].tolist() == [-2, 1, 258]
    assert np.isnan(two(first=zeros, second_number=[np.nan, 1])["zeta"][0])
    for values in ([1e300, 0], [2**24 + 1, 0]):
        with pytest.raises(InputType, match="cannot hold"):
            two(first=zeros, second_number=values)
    with pytest.raises(InputType, match="and not float64"):
        two(first=[1.0, 2.0, 3.0], second_number=[0, 0])


@pytest.mark.slow
def test_dimensions_of_one_do_not_count() -> None:
    with rune.build(REPOSITORY / "examples" / "digits").load() as digits:
        white = np.full((28, 28), 255, np.uint8)
        assert digits(white)["answer"] == digits(drawing=white[None, :, :, None])["answer"] == "nothing"
        with pytest.raises(InputShape):
            digits(np.zeros((28, 29), np.uint8))


def test_names_that_nobody_has_are_refused_with_those_there_are(keywords: rune.Rune, two: rune.Rune) -> None:
    with pytest.raises(InputUnknown, match=r"no input 'sound'\. Its inputs are: audio: audio, i16"):
        keywords(sound=np.zeros(16000, "i2"))
    with pytest.raises(InputMissing, match="Nothing was given for 'audio'"):
        keywords()
    with pytest.raises(InputUnknown, match="Name the input"):
        two([1, 2, 3])
    with pytest.raises(InputUnknown, match="given twice"):
        two({"second-number": [1, 2]}, second_number=[1, 2], first=[1, 2, 3])


def test_a_wrong_input_changes_nothing() -> None:
    counter = rune.load(COUNTER)
    assert counter(b"\x05")["tensor"].tolist() == [5]
    with pytest.raises(rune.InputError):
        counter([300])
    with pytest.raises(rune.InputError):
        counter(nothing=1)
    assert counter(b"\x02")["tensor"].tolist() == [7]


@pytest.mark.parametrize(("value", "kind"), [(255, rune.RuneTrapped), (254, rune.RuneStopped)])
def test_after_a_trap_the_next_call_has_a_fresh_instance_and_the_error_says_so(
    value: int, kind: type[rune.RuneError]
) -> None:
    counter = rune.load(COUNTER, limits=rune.Limits(seconds=0.2, fuel=None))
    assert counter([5])["tensor"].tolist() == [5]
    with pytest.raises(kind, match="starts with a fresh instance; the rune's state is lost"):
        counter([value])
    assert counter([1])["tensor"].tolist() == [1]
    assert counter([1])["tensor"].tolist() == [2]


def test_a_stream_keeps_what_the_rune_remembers_and_reset_forgets_it() -> None:
    counter = rune.load(COUNTER)
    assert [results["tensor"].item() for results in counter.stream([[1], {"step": [2]}, b"\x03"])] == [1, 3, 6]
    counter.reset()
    assert counter([1])["tensor"].item() == 1


def test_a_stream_runs_each_item_when_it_is_asked_for_and_ends_at_a_wrong_one() -> None:
    counter = rune.load(COUNTER)
    values = []

    def items() -> Iterator[list[int]]:
        for value in (1, 900, 2):
            values.append(value)
            yield [value]

    stream = counter.stream(items())
    assert values == []
    assert next(stream)["tensor"].item() == 1
    assert values == [1]
    with pytest.raises(rune.InputError):
        next(stream)
    assert counter([4])["tensor"].item() == 5


def test_threads_may_share_a_rune() -> None:
    counter = rune.load(COUNTER)
    threads = [threading.Thread(target=lambda: [counter([1]) for _ in range(20)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counter([0])["tensor"].item() == 80


def test_a_closed_rune_says_so() -> None:
    with rune.load(COUNTER) as counter:
        counter([1])
    with pytest.raises(RuneUnusable, match="was closed; load it again"):
        counter([1])
    with pytest.raises(RuneUnusable):
        counter.reset()


def test_an_input_of_unknown_elements_takes_bytes_and_arrays_as_they_are() -> None:
    counter = rune.load(_COUNTER)
    assert counter(b"\x05")["tensor"].item() == 5
    assert counter(np.array([6], np.uint8))["tensor"].item() == 11
    with pytest.raises(InputType, match="does not give the element type of the input 'raw'"):
        counter([5])
    with pytest.raises(rune.InputError, match=r"1 byte buffer.*fresh instance"):
        counter(b"12")
    assert counter(b"\x07")["tensor"].item() == 7


def test_random_input_is_made_up_and_a_seed_fixes_it() -> None:
    data = wat_runes.mirror(1, 8, "u8[8]")
    with_seed = [rune.load(data, seed=3)()["tensor"].tolist() for _ in range(2)]
    assert with_seed[0] == with_seed[1]
    one = rune.load(data, seed=3)
    assert one()["tensor"].tolist() != one()["tensor"].tolist()
    assert one(random=bytes(8))["tensor"].tolist() == [0] * 8


def test_a_file_is_read_as_the_command_reads_it(keywords: rune.Rune, tmp_path: Path) -> None:
    sound = tmp_path / "silence.wav"
    size = (32000).to_bytes(4, "little")
    head = b"RIFF\0\0\0\0WAVEfmt " + bytes.fromhex("1000000001000100803e0000007d000002001000") + b"data"
    sound.write_bytes(head + size + bytes(32000))
    assert keywords(audio=sound)["heard"] == "silence"
    with pytest.raises(InputFile, match=r"no-such.wav"):
        keywords(audio=tmp_path / "no-such.wav")


def test_a_rune_is_saved_and_loaded_from_its_path(tmp_path: Path) -> None:
    build = rune.build(REPOSITORY / "examples" / "sine")
    path = build.save(tmp_path)
    assert path == tmp_path / "sine.rune"
    assert path.read_bytes() == build.data
    with rune.load(path) as model:
        assert model.name == "sine"
        assert abs(model(number=1.5)["result"].item() - np.sin(1.5)) < 0.05


def test_what_is_no_rune_is_refused(tmp_path: Path) -> None:
    with pytest.raises(rune.NotARune):
        rune.load(b"nothing of the kind")
    with pytest.raises(rune.NotARune, match="zune"):
        rune.load(b"PK\x03\x04" + bytes(40))
    with pytest.raises(FileNotFoundError):
        rune.load(tmp_path / "no.rune")
    with pytest.raises(FileNotFoundError):
        rune.build(tmp_path / "no-folder")


def test_a_folder_that_cannot_be_built_draws_its_problems(tmp_path: Path) -> None:
    (tmp_path / "Runefile.yml").write_text(TWO_OF_A_KIND.replace("RAW", "ROW", 1))
    with pytest.raises(rune.BuildError) as error:
        rune.build(tmp_path)
    assert 'error[RUNE0040]: There is no capability "ROW"\n --> Runefile.yml:5:17' in str(error.value)
    assert "5 |     capability: ROW\n  |                 ^^^" in str(error.value)
    assert "RUNE0040" in {diagnostic.code for diagnostic in error.value.diagnostics}


def test_texts_of_a_foreign_rune_are_escaped_in_a_notebook(tmp_path: Path) -> None:
    data = pack(wat_runes.mirror(5, 2, "u8[2]"), [(".rune_graph", canonical_json({"rune": {"name": "<script>"}}))])
    assert "<script>" not in rune.load(data)._repr_html_()


def test_the_public_names_are_these_and_each_is_there() -> None:
    assert sorted(rune.__all__) == [
        "Build",
        "BuildError",
        "DataError",
        "DataSample",
        "DataSet",
        "Deployment",
        "DeploymentError",
        "Input",
        "InputError",
        "Limits",
        "NotARune",
        "Output",
        "Results",
        "Rune",
        "RuneError",
        "RuneStopped",
        "RuneTrapped",
        "__version__",
        "build",
        "load",
        "load_data",
    ]
    assert all(hasattr(rune, name) for name in rune.__all__)
    assert set(rune.__all__) <= set(dir(rune))
    with pytest.raises(AttributeError, match="no attribute 'buidl'"):
        _ = rune.buidl  # type: ignore[attr-defined]


def test_the_types_of_the_public_names_are_written_down() -> None:
    stub = (REPOSITORY / "rune" / "__init__.pyi").read_text("utf-8")
    names = {line.rpartition(" ")[2] for line in stub.splitlines() if line.startswith("from rune.tools.api import")}
    assert names | {"__version__"} == set(rune.__all__)


@pytest.mark.slow
def test_the_door_opens_only_when_it_is_used() -> None:
    program = (
        "import sys, rune; rune.__version__; dir(rune); assert 'numpy' not in sys.modules and 'rune.tools.api' not in "
        "sys.modules; import rune.compiler.building; rune.build; rune.Rune; "
        "print('numpy' in sys.modules, callable(rune.build))"
    )
    process = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert process.stdout == "True True\n"
