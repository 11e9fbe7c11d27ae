"""Messages about a broken Runefile: the key phrases of the old compiler, the place, and a fix."""

from __future__ import annotations

from rune.source.runefile import Severity
from tests.support.cases import each_case
from tests.support.language.runefiles import WORDS, applied, checked, errors, only_problem, problems, spanned

BASE = "version: 1\nimage: runicos/base\npipeline:\n"
RAW = "  input: {capability: RAW, args: {length: 4}, outputs: [{type: f32, dimensions: [1, 1]}]}\n"
OUT = "  end: {out: SERIAL, inputs: [input]}\n"


def test_the_project_that_these_tests_break_is_right() -> None:
    assert problems(WORDS) == []


@each_case(
    ("old", "new", "phrase", "place"),
    [
        ("version: 1\n", "", "missing field `version`", ""),
        ("image: runicos/base\n", "", "missing field `image`", ""),
        ("version: 1", "version: 2", "invalid value: integer `2`, expected version to be 1", "2"),
        ("version: 1", 'version: "1"', "missing field `version`", '"1"'),
        ("version: 1", "version: 1.0", "missing field `version`", "1.0"),
        ("version: 1", "version: -1", "missing field `version`", "-1"),
        ("model: ./words.tflite", "modul: x", 'the stage "model" needs one of the keys', "modul"),
        ("  WORDS:\n", "  audio:\n", 'The name "audio" is defined multiple times', "audio"),
        (
            "path: ./words.txt",
            "path: ./words.txt\n    inline: a",
            'The resource "WORDS" can\'t specify both a "path" and "inline" default value',
            "WORDS",
        ),
        ("$WORDS", "$NOTHING_LIKE_IT", '"$NOTHING_LIKE_IT" is not a resource', "$NOTHING_LIKE_IT"),
        ("$WORDS", "$audio", '"$audio" is not a resource', "$audio"),
        ("./words.tflite", "$NOTHING_LIKE_IT", 'No definition for "$NOTHING_LIKE_IT"', "$NOTHING_LIKE_IT"),
        ("./words.tflite", "$audio", '"$audio" is not a resource', "$audio"),
        ("./words.tflite", "$WORDS", '"$WORDS" should be a binary resource', "$WORDS"),
        (
            "./words.tflite",
            "./words.tflite\n    args: {format: tflite}",
            "Expected the format to be one of onnx, tensorflow, tensorflow-js, tensorflow-lite, but found \"tflite\"",
            "tflite",
        ),
        (
            "proc-blocks@v0.11.3#label",
            "proc-blocks#label",
            'The "hotg-ai/proc-blocks#label" proc block used by "word" should have a version specifier',
            "hotg-ai/proc-blocks#label",
        ),
        ("type: i16", "type: str", 'Unknown element type, "str"', "str"),
        ("[audio]", "[in]", 'Unable to find "in" to use as an input for "model"', "in"),
        ("[best]", "[serial]", 'The "serial" in word\'s "serial" input has no inputs', "serial"),
        ("[best]", "[best.3]", 'The "best" node has no 3\'th output', "best.3"),
        ("./words.txt", "./nothing.bin", 'Unable to read "./nothing.bin" for "WORDS": no such file', "./nothing.bin"),
        ("./words.tflite", "./w/x.tflite", 'Unable to read "./w/x.tflite" for "model": no such file', "./w/x.tflite"),
        ("[audio]", "[word]", 'Cycle detected when checking "model"', "model"),
        ("./words.tflite", "./words.tflite\n    args: {b: 1, a: 2}", "Unused arguments for model: b, a", "b"),
        ("hz: 16000", "source: 0", 'The "hz" argument wasn\'t set', "SOUND"),
        ("hz: 16000", "hz: fast", 'Unable to parse "fast" as the "hz" argument', "fast"),
        ("$WORDS", "{a: b}", 'The argument "wordlist" must be a text, a number or a `$RESOURCE`, not a map', "{a: b}"),
        ("path: ./words.txt", "file: x", 'unknown field "file" in a resource', "file"),
    ],
)  # fmt: skip
def test_the_old_key_phrases_are_kept_and_point_at_the_place(old: str, new: str, phrase: str, place: str) -> None:
    text = WORDS.replace(old, new, 1)
    matching = [item for item in checked(text).diagnostics if phrase in item.message]
    assert len(matching) == 1, problems(text)
    assert spanned(text, matching[0]) == place


def test_a_cycle_is_told_in_the_direction_of_the_data() -> None:
    (cycle,) = errors(WORDS.replace("[audio]", "[word]"))
    assert cycle.notes == (
        '... which passes data to "best"...',
        '... which passes data to "word"...',
        '... which passes data to "model", completing the cycle.',
    )


def test_two_cycles_are_two_diagnostics() -> None:
    stages = "".join(f"  {a}: {{proc-block: normalize, inputs: [{b}]}}\n" for a, b in ("ab", "ba", "cc"))
    lines = problems(BASE + stages + "  end: {out: SERIAL, inputs: [a, c]}\n")
    assert [problem for problem in lines if "RUNE0025" in problem] == [
        'error[RUNE0025]: Cycle detected when checking "a"',
        'error[RUNE0025]: Cycle detected when checking "c"',
    ]


def test_all_problems_of_a_file_come_in_one_run_in_the_order_of_the_text() -> None:
    text = (
        WORDS.replace("hz: 16000", "hz: 8000")
        .replace("type: f32", "type: float")
        .replace("[best]", "[bets]")
        .replace("$WORDS", "$WORD")
        .replace("SERIAL", "SERAIL")
    )
    diagnostics = checked(text).diagnostics
    assert [item.code for item in diagnostics] == ["RUNE0044", "RUNE0030", "RUNE0021", "RUNE0018", "RUNE0050"]


@each_case(
    ("old", "new"),
    [
        ("model: ./words.tflite", "modle: ./words.tflite"),
        ("capability: SOUND", "capabilty: SOUND"),
        ("capability: SOUND", "capability: sonud"),
        ("inputs: [audio]", "inputs: [audoi]"),
        ("inputs: [word, model.0]", "inputs: [word, modle.0]"),
        ("[best]", "best"),
        ("[word, model.0]", '[word, "modle.0"]'),
        ("[best]", "[best.1]"),
        ("type: i16", "type: int16"),
        ("type: f32", "type: F33"),
        ("SERIAL", "serail"),
        ("$WORDS", "$WORD"),
        ("./words.txt", "./word.txt"),
        ("#label", "#lable"),
        ("wordlist", "wordlst"),
        ("dimensions: [16000]", "dimensions: [8000]"),
        ("type: f32\n        dimensions: [1, 3]", "type: i8\n        dimensions: [1, 3]"),
        ("version: 1", "version: 2"),
        ("version: 1\n", ""),
        ("image: runicos/base\n", "# no image\n"),
        ("proc-blocks@v0.11.3#label", "proc-blocks#label"),
        ("sample_duration_ms", "sample_duraton_ms"),
        ("dimensions: [1, 3]", "dimensions: [1, 4]"),
        ("out: SERIAL", "out: TENSOR"),
    ],
)
def test_the_first_fix_of_a_slip_mends_it(old: str, new: str) -> None:
    text = WORDS.replace(old, new, 1)
    fixes = [item.fixes for item in checked(text).diagnostics if item.fixes]
    assert fixes, problems(text)
    new_text = applied(text, fixes[0])
    assert [item for item in problems(new_text) if item.startswith("error")] == []


def test_a_note_says_what_the_stage_that_was_meant_gives() -> None:
    problem = only_problem(WORDS.replace("[audio]", "[audoi]"))
    assert problem.code == "RUNE0021"
    assert problem.notes == ("Did you mean `audio`, which gives i16[16000]?",)
    assert problem.fixes[0].title == "Change to audio"


def test_a_stage_that_is_broken_does_not_blame_its_readers() -> None:
    assert [item.code for item in checked(WORDS.replace("model: ./words", "modle: ./words")).diagnostics] == [
        "RUNE0012"
    ]


def test_an_unclosed_bracket_is_reported_where_it_opens_and_the_rest_is_still_checked() -> None:
    text = WORDS.replace("[audio]", "[audio").replace("type: f32", "type: float")
    first, second = checked(text).diagnostics
    assert (first.code, first.span.start.line, first.span.start.column) == ("RUNE0003", 14, 13)
    assert second.code == "RUNE0030"


def test_a_broken_line_still_leaves_an_outline() -> None:
    result = checked(WORDS.replace("    inputs: [best]", "    inputs: [best"))
    assert [node.name for node in result.outline.nodes] == ["audio", "model", "best", "word", "serial"]
    assert result.pipeline is None


def test_columns_count_characters_and_not_bytes() -> None:
    text = WORDS.replace("[word, model.0]", "[größe, model.0]")
    (problem,) = errors(text)
    assert (problem.span.start.column, problem.span.end.column) == (14, 19)
    assert spanned(text, problem) == "größe"


def test_lines_may_end_with_carriage_returns() -> None:
    text = WORDS.replace("[best]", "[bset]").replace("\n", "\r\n")
    problem = errors(text)[0]
    assert (problem.span.start.line, spanned(text, problem)) == (24, "bset")


def test_a_warning_alone_leaves_a_pipeline() -> None:
    result = checked(WORDS.replace("proc-blocks@v0.11.3#label", "proc-blocks#label"))
    assert [item.severity for item in result.diagnostics] == [Severity.WARNING]
    assert result.pipeline is not None


def test_short_block_names_need_no_version() -> None:
    assert problems(WORDS.replace("hotg-ai/proc-blocks@v0.11.3#", "")) == []


def test_yes_is_text_and_not_a_truth_value() -> None:
    text = WORDS.replace("wordlist: $WORDS", "wordlist: yes").partition("resources:")[0]
    assert errors(text) == []
    assert [item.code for item in checked(text).diagnostics] == ["RUNE0069"]


@each_case(
    ("arguments", "dimensions", "is_right"),
    [
        ("{width: 4, height: 2}", "u8, dimensions: [1, 4, 2, 3]", True),
        ("{width: 4, height: 2}", "u8, dimensions: [24]", True),
        ("{width: 4, height: 2, pixel_format: '@PixelFormat::RGB'}", "u8, dimensions: [1, 2, 4, 3]", True),
        ("{width: 4, height: 2, pixel-format: '@PixelFormat::GrayScale'}", "u8, dimensions: [1, 2, 4, 1]", True),
        ("{width: 4, height: 2, pixel_format: 2}", "u8, dimensions: [1, 2, 4, 1]", True),
        ("{width: 4, height: 2, pixel_format: 3}", "u8, dimensions: [1, 2, 4, 1]", False),
        ("{width: 4, height: 2, pixel_format: '@PixelFormat::Gray'}", "u8, dimensions: [1, 2, 4, 1]", False),
        ("{width: 4, height: 2}", "u8, dimensions: [1, 2, 4, 1]", False),
        ("{width: 0, height: 2}", "u8, dimensions: [1]", False),
    ],
)
def test_an_image_has_the_size_that_its_arguments_say(arguments: str, dimensions: str, is_right: bool) -> None:
    stage = f"  input: {{capability: IMAGE, args: {arguments}, outputs: [{{type: {dimensions}}}]}}\n"
    assert (errors(BASE + stage + OUT) == []) is is_right


@each_case(
    ("stage", "is_right"),
    [
        ("SOUND, args: {hz: 8000, sample_duration_ms: 125}, outputs: [{type: i16, dimensions: [1, 1000]}]", True),
        ("SOUND, args: {hz: 44100, sample_duration_ms: 33}, outputs: [{type: i16, dimensions: [1455]}]", True),
        ("SOUND, args: {hz: 8000, sample_duration_ms: 125}, outputs: [{type: i16, dimensions: [999]}]", False),
        ("ACCEL, args: {n: 128}, outputs: [{type: f32, dimensions: [1, 128, 3, 1]}]", True),
        ("accel, args: {samples: 128}, outputs: [{type: f32, dimensions: [128, 3]}]", True),
        ("ACCEL, args: {n: 128}, outputs: [{type: f32, dimensions: [128]}]", False),
        ("ACCEL, outputs: [{type: f32, dimensions: [5, 3]}]", True),
        ("RAW, args: {length: 8}, outputs: [{type: f64, dimensions: [1]}]", True),
        ("RAW, outputs: [{type: f64, dimensions: [1]}]", True),
        ("RAW, args: {length: 7}, outputs: [{type: f64, dimensions: [1]}]", False),
        ("RAW, args: {length: '@2*2*2'}, outputs: [{type: f64, dimensions: [1]}]", True),
        ("RAW", False),
        ("RAW, args: {length: 3}", True),
        ("RAW, args: {length: 999999999}", False),
        ("IMAGE, args: {width: 60000, height: 60000}", False),
        ("SOUND, args: {hz: 1, sample_duration_ms: 1}", False),
        ("RAND, outputs: [{type: f32, dimensions: [1, 1]}]", True),
        ("RAND, args: {amount: 2}, outputs: [{type: u64, dimensions: [1]}]", True),
        ("RAND, args: {amount: 2}, outputs: [{type: u64, dimensions: [2]}]", False),
        ("FLOAT_IMAGE, args: {width: 2, height: 2}, outputs: [{type: f32, dimensions: [1, 2, 2, 3]}]", True),
        ("float-image, args: {width: 2, height: 2}", True),
        ("Sound, args: {hz: 8000, sample_duration_ms: 125}", True),
        ("Float-Image, args: {width: 2, height: 2}", True),
        ("SOUNDS, args: {hz: 8000, sample_duration_ms: 125}", False),
        ("RAW, args: {length: 1e99}, outputs: [{type: f64}]", False),
        ("RAW, args: {length: .nan}, outputs: [{type: f64}]", False),
        ("RAW, args: {length: 99999999999}, outputs: [{type: f64}]", False),
        ("RAW, args: {length: $A}, outputs: [{type: f64}]", False),
    ],
)
def test_a_capability_gives_what_its_arguments_say(stage: str, is_right: bool) -> None:
    assert (errors(f"{BASE}  input: {{capability: {stage}}}\n{OUT}") == []) is is_right


@each_case(
    ("inputs", "outputs", "codes"),
    [
        ("[a, b]", "", []),
        ("[a, b]", "outputs: [{type: f32}, {type: u8}]", []),
        ("[a, b]", "outputs: [{type: F32, dimensions: [2, 1]}, {type: u8, dimensions: [2, 2]}]", []),
        ("[b, a]", "", ["RUNE0074", "RUNE0074"]),
        ("[a]", "", ["RUNE0073"]),
        ("[a, b, b]", "", ["RUNE0073"]),
        ("[a, b]", "outputs: [{type: f32}]", ["RUNE0033"]),
        ("[a, b]", "outputs: [{type: f32}, {type: i8}]", ["RUNE0034"]),
    ],
)
def test_a_model_is_held_to_its_own_inputs_and_outputs(inputs: str, outputs: str, codes: list[str]) -> None:
    text = (
        f"{BASE}  a: {{capability: RAW, outputs: [{{type: f32, dimensions: [1, 2, 1]}}]}}\n"
        "  b: {capability: RAW, args: {length: 4}}\n"
        f"  m:\n    model: two.tflite\n    inputs: {inputs}\n    {outputs}\n"
        "  end: {out: SERIAL, inputs: [m, m.1, a, b]}\n"
    )
    assert [item.code for item in checked(text).diagnostics] == codes


@each_case("value", ["two", "1e999", ".inf", "''", "0x1g"])
def test_an_argument_that_is_no_number_is_refused(value: str) -> None:
    text = f"{BASE}{RAW}  rest: {{proc-block: modulo, inputs: [input], args: {{modulus: {value}}}}}\n"
    (problem,) = errors(text + "  end: {out: SERIAL, inputs: [rest]}\n")
    assert problem.code == "RUNE0065"
    assert 'modulo\'s "modulus"' in problem.message
    assert spanned(text, problem) == value


@each_case(
    ("value", "quote"), [("1e400", "1e400"), ("-.inf", "-.inf"), ("1e39", "1e+39"), ("9" * 5000, "9" * 39 + "…")]
)
def test_a_number_that_is_too_large_is_quoted_as_it_is_written_with_the_limits(value: str, quote: str) -> None:
    text = f"{BASE}{RAW}  rest: {{proc-block: modulo, inputs: [input], args: {{modulus: {value}}}}}\n"
    (problem,) = errors(text + "  end: {out: SERIAL, inputs: [rest]}\n")
    assert f'to "{quote}": it must be a number from -3.40282347e+38 to 3.40282347e+38' in problem.message


def test_a_resource_gives_a_number_too() -> None:
    text = f"{BASE}{RAW}  rest: {{proc-block: modulo, inputs: [input], args: {{modulus: $N}}}}\n"
    assert problems(text + "  end: {out: SERIAL, inputs: [rest]}\nresources:\n  N: {inline: ' 2.5 '}\n") == []


def test_what_a_terminal_would_obey_never_reaches_a_message() -> None:
    text = WORDS.replace("[audio]", '["\\e[31m"]').replace("SOUND", '"\\e]0;x\\a"')
    assert all("\x1b" not in item and "\x07" not in item for item in problems(text))


def test_a_path_that_leaves_the_project_is_refused() -> None:
    for path in ("../secret.txt", "/etc/passwd", "C:/x", "a\\b"):
        (problem,) = errors(WORDS.replace("./words.txt", f"'{path}'"))
        assert problem.code == "RUNE0020"


def test_of_very_many_problems_the_errors_come_first_and_the_last_tells_how_many_there_are() -> None:
    stages = "".join(f"  s{i}: {{out: SERIAL, inputs: [nothing], unknown: 1}}\n" for i in range(300))
    diagnostics = checked(BASE + stages).diagnostics
    assert len(diagnostics) == 200
    assert all(item.severity is Severity.ERROR for item in diagnostics)
    assert diagnostics[-1].notes == ("There are 400 more problems.",)


def test_a_missing_file_is_not_taken_for_another_of_the_same_ending() -> None:
    (problem,) = errors(WORDS.replace("./words.tflite", "./bert.tflite"))
    assert (problem.code, problem.notes, problem.fixes) == ("RUNE0020", (), ())
    (problem,) = errors(WORDS.replace("./words.tflite", "./word.tflite"))
    assert problem.notes == ("Did you mean `./words.tflite`?",)
