"""Parameters that a capability needs and lacks: the fix writes them where the declared type leaves one answer only."""

from __future__ import annotations

from rune.editing.language.apply import apply_fixes
from tests.support.cases import each_case
from tests.support.language.runefiles import checked

HEAD = "version: 1\nimage: runicos/base\npipeline:\n"
TAIL = "  o: {out: TENSOR, inputs: [a]}\n"
PIXELS = "outputs: [{type: u8, dimensions: [1, 96, 48, 3]}]"
SAMPLES = "outputs: [{type: i16, dimensions: [1, 8000]}]"


def after_fix(stage: str) -> tuple[str, list[str]]:
    """The stage after all fixes, and the codes of what is left."""
    text = HEAD + stage + TAIL
    for _ in range(5):
        text = apply_fixes({"Runefile.yml": text}, checked(text).diagnostics).texts["Runefile.yml"]
    return text.removeprefix(HEAD).removesuffix(TAIL), [item.code for item in checked(text).diagnostics]


@each_case(
    ("before", "after"),
    [
        (
            f"  a: {{capability: IMAGE, {PIXELS}}}\n",
            f"  a: {{capability: IMAGE, args: {{width: 96, height: 48}}, {PIXELS}}}\n",
        ),
        (
            f"  a: {{capability: IMAGE, {PIXELS}, args: {{}}}}\n",
            f"  a: {{capability: IMAGE, {PIXELS}, args: {{width: 96, height: 48}}}}\n",
        ),
        (
            f"  a:\n    capability: IMAGE  # c\n    {PIXELS}\n",
            f"  a:\n    capability: IMAGE  # c\n    args: {{width: 96, height: 48}}\n    {PIXELS}\n",
        ),
        (
            f"  a:\n    capability: SOUND\n    args:  # b\n      # c\n      hz: 16000  # d\n    {SAMPLES}\n",
            "  a:\n    capability: SOUND\n    args:  # b\n      # c\n      sample_duration_ms: 500\n"
            f"      hz: 16000  # d\n    {SAMPLES}\n",
        ),
        (
            f"  a: {{capability: SOUND, args: {{sample_duration_ms: 500}}, {SAMPLES}}}\n",
            f"  a: {{capability: SOUND, args: {{hz: 16000, sample_duration_ms: 500}}, {SAMPLES}}}\n",
        ),
    ],
)
def test_what_follows_from_the_declared_type_is_written_by_the_fix(before: str, after: str) -> None:
    assert after_fix(before) == (after, [])


@each_case(
    "stage",
    [
        f"  a: {{capability: SOUND, {SAMPLES}}}\n",
        f"  a: {{capability: SOUND, args: {{hz: 44101}}, {SAMPLES}}}\n",
        '  a: {capability: IMAGE, args: {pixel_format: "@PixelFormat::GrayScale"}, ' + PIXELS + "}\n",
        "  a: {capability: IMAGE, outputs: [{type: u8, dimensions: [13824]}]}\n",
    ],
)
def test_what_does_not_follow_is_left_to_the_user(stage: str) -> None:
    after, codes = after_fix(stage)
    assert after == stage
    assert set(codes) == {"RUNE0041"}


def test_a_fix_breaks_lines_as_the_file_does() -> None:
    text = (HEAD + f"  a:\n    capability: IMAGE\n    {PIXELS}\n" + TAIL).replace("\n", "\r\n")
    fix = checked(text).diagnostics[0].fixes[0]
    assert fix.edits[0].text == "\r\n    args: {height: 48}"
