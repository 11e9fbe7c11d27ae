"""Runefiles as people write them: comments anywhere, blocks and brackets mixed, quotes, CRLF, other indentation.

What they say is not always right; how they are written always is.
"""

from __future__ import annotations

import json
from random import Random

from hypothesis import strategies as st

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.editing.language.facts.analysis import Analysis, analyse
from rune.project.files import MemoryFiles
from tests.support.language.runefiles import signature
from tests.support.properties import examples

_NAMES = ("mic", "fft_1", "model", "best", "a", "b-c", "_x", "Answer", "scores2", "note")
_TYPES = ("f32", "i16", "U8", "i8", "utf8", "u32")


QUICK = examples(30)


class RunefileWriter:
    """Writes one Runefile. Every choice comes from `random`."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._unit = random.choice((2, 2, 2, 4, 3))
        self._dash = random.choice((2, 2, 0, self._unit))
        self._remarks = random.choice((0.0, 0.1, 0.4))
        self._blanks = random.choice((0.0, 0.1, 0.5))
        self._break = random.choice(("\n", "\n", "\r\n"))
        self._anchors = random.random() < 0.2
        self._count = 0
        self._anchored: list[str] = []
        self._lines: list[str] = []

    def text(self) -> str:
        random = self._random
        if random.random() < 0.2:
            self._lines.append("---")
        self._line(0, "version: 1")
        self._line(0, f"image: {self._scalar('runicos/base')}")
        if random.random() < 0.08:
            self._line(0, random.choice((self._flow_pipeline(), self._flow_pipeline(), "pipeline:", "pipeline: {}")))
        else:
            self._pipeline()
        if random.random() < 0.7:
            self._resources()
        self._remark(0)
        tail = random.choice(("", self._break, self._break, self._break * 3))
        return self._break.join(self._lines) + tail

    def _pipeline(self) -> None:
        random = self._random
        names = random.sample(_NAMES, random.randint(1, 6))
        self._line(0, "pipeline:")
        for index, name in enumerate(names):
            if random.random() < 0.6:
                self._lines.append("")
            self._remark(self._unit)
            self._stage(name, names[:index])

    def _flow_pipeline(self) -> str:
        names = self._random.sample(_NAMES, self._random.randint(1, 3))
        return "pipeline: {" + ", ".join(f"{name}: {self._flow_stage(names[:i])}" for i, name in enumerate(names)) + "}"

    def _flow_stage(self, before: list[str]) -> str:
        kind = self._kind(before)
        parts = [f"{kind}: {self._target(kind)}"]
        if kind != "capability":
            parts.append(f"inputs: [{', '.join(self._inputs(before))}]")
        if kind != "out" and self._chance(0.7):
            parts.append(f"outputs: [{', '.join(self._flow_type() for _ in range(self._random.randint(1, 2)))}]")
        if self._chance(0.4):
            parts.append("args: { count: 3 }")
        lead = self._break + " " * (2 * self._unit + 1)
        if "\n" not in lead or self._chance(0.8):
            return self._random.choice(("{%s}", "{ %s }")) % ", ".join(parts)
        pieces = [f"{part}," + (f" # {self._next()}" if self._chance(0.3) else "") for part in parts[:-1]]
        return "{" + lead + lead.join([*pieces, parts[-1]]) + self._break + " " * (2 * self._unit) + "}"

    def _stage(self, name: str, before: list[str]) -> None:
        random, at = self._random, self._unit
        label = self._scalar(name)
        if random.random() < 0.15:
            self._line(at, f"{label}: {self._flow_stage(before)}")
            return
        self._line(at, f"{label}:")
        at = at + self._unit
        kind = self._kind(before)
        parts = ["target"]
        if kind != "capability":
            parts += ["inputs"] * self._chance(0.95)
        if kind != "out":
            parts += ["outputs"] * self._chance(0.7)
        parts += ["args"] * self._chance(0.5)
        random.shuffle(parts)
        for part in parts:
            if part == "target":
                self._line(at, f"{kind}: {self._target(kind)}")
            elif part == "inputs":
                self._list(at, "inputs", self._inputs(before))
            elif part == "outputs":
                self._outputs(at)
            else:
                self._arguments(at)
        if self._chance(self._remarks):
            self._remark(at + random.choice((0, 1)), always=True)

    def _kind(self, before: list[str]) -> str:
        return self._random.choice(("capability", "proc-block", "model", "out") if before else ("capability",))

    def _target(self, kind: str) -> str:
        choices = {
            "capability": ("RAW", "SOUND", "image", "RAND"),
            "proc-block": ("normalize", "hotg-ai/proc-blocks@v0.11.3#fft", "modulo", "most_confident_indices"),
            "model": ("./two.tflite", "words.tflite"),
            "out": ("SERIAL", "tensor"),
        }
        return self._scalar(self._random.choice(choices[kind]))

    def _inputs(self, before: list[str]) -> list[str]:
        inputs = []
        for _ in range(self._random.randint(0 if self._chance(0.1) else 1, 3)):
            name = self._random.choice(before)
            inputs.append(self._scalar(name + self._random.choice(("", "", ".0", ".1"))))
        if inputs and self._chance(0.05):
            inputs.insert(self._random.randint(0, len(inputs)), "null")
        return inputs

    def _list(self, at: int, key: str, items: list[str]) -> None:
        if not items:
            self._line(at, self._random.choice((f"{key}: []", f"{key}:", f"{key}: [ ]")))
        elif self._chance(0.6):
            self._line(at, f"{key}: {self._flow_list(at, items)}", may_be_remarked=True)
        else:
            self._line(at, f"{key}:")
            for item in items:
                self._line(at + self._dash, f"- {item}")

    def _flow_list(self, at: int, items: list[str]) -> str:
        style = self._random.random()
        if style < 0.7:
            return f"[{', '.join(items)}]"
        if style < 0.85:
            return f"[ {' ,'.join(items)} ]"
        lead = self._break + " " * (at + 2)
        pieces = [f"{item}," + (f"  # {self._next()}" if self._chance(0.3) else "") for item in items[:-1]]
        return "[" + lead + lead.join([*pieces, items[-1]]) + self._break + " " * at + "]"

    def _outputs(self, at: int) -> None:
        count = self._random.randint(1, 2)
        if self._chance(0.2):
            self._line(at, f"outputs: [{', '.join(self._flow_type() for _ in range(count))}]")
            return
        self._line(at, "outputs:")
        for _ in range(count):
            if self._anchors and self._chance(0.3):
                self._anchored.append(f"t{len(self._anchored)}")
                self._line(at + self._dash, f"- &{self._anchored[-1]} {self._flow_type()}")
            elif self._anchored and self._chance(0.3):
                self._line(at + self._dash, f"- *{self._random.choice(self._anchored)}")
            elif self._chance(0.6):
                self._line(at + self._dash, f"- {self._flow_type()}")
            else:
                self._block_type(at + self._dash)

    def _flow_type(self) -> str:
        dimensions = ", ".join(str(self._random.randint(1, 20)) for _ in range(self._random.randint(0, 3)))
        body = f"type: {self._scalar(self._random.choice(_TYPES))}, dimensions: [{dimensions}]"
        return self._random.choice(("{%s}", "{ %s }", "{%s }")) % body

    def _block_type(self, at: int) -> None:
        self._line(at, f"- type: {self._scalar(self._random.choice(_TYPES))}")
        self._list(at + 2, "dimensions", [str(self._random.randint(1, 20)) for _ in range(self._random.randint(1, 3))])

    def _arguments(self, at: int) -> None:
        if self._chance(0.1):
            self._line(at, self._random.choice(("args:", "args: {}")))
            return
        names = self._random.sample(("hz", "count", "sample-duration-ms", "modulus", "wordlist", "text"), 2)
        if self._chance(0.2):
            self._line(at, f"args: {{{', '.join(f'{name}: {self._number()}' for name in names)}}}")
            return
        self._line(at, "args:")
        for name in names:
            if name in ("wordlist", "text"):
                self._long_text(at + self._unit, name)
            else:
                self._line(at + self._unit, f"{name}: {self._number()}")

    def _number(self) -> str:
        return self._random.choice(("1", "3", "0.5", "16000", '"7"', "'8'"))

    def _long_text(self, at: int, name: str) -> None:
        style = self._random.choice(("|", "|-", ">", "|+", '"', "plain", "$"))
        if style in ("|", "|-", ">", "|+"):
            remark = f" # {self._next()}" if self._chance(self._remarks) else ""
            self._lines.append(" " * at + f"{name}: {style}{remark}")
            inner = " " * (at + self._random.choice((1, 2, 4)))
            self._lines += [f"{inner}one", f"{inner} # no comment", "", f"{inner}three"]
            self._lines += [""] * self._random.choice((0, 0, 2))
        elif style == '"':
            self._line(at, f'{name}: "one{self._break}{" " * (at + 2)}two # no comment"')
        elif style == "$":
            self._line(at, f"{name}: $WORDS")
        else:
            self._line(at, f"{name}: a plain text")

    def _resources(self) -> None:
        if self._chance(0.6):
            self._lines.append("")
        self._line(0, "resources:")
        if self._chance(0.3):
            self._line(self._unit, "WORDS: {path: ./words.txt, type: string}")
            return
        self._line(self._unit, "WORDS:")
        if self._chance(0.5):
            self._line(2 * self._unit, f"path: {self._scalar('./words.txt')}")
        else:
            self._long_text(2 * self._unit, "inline")

    def _scalar(self, text: str) -> str:
        style = self._random.random()
        if style < 0.7:
            return text
        return json.dumps(text) if style < 0.85 else f"'{text}'"

    def _line(self, at: int, text: str, *, may_be_remarked: bool = True) -> None:
        self._remark(at)
        if self._chance(self._blanks * 0.3):
            self._lines.append("")
        tail = " " * self._random.randint(1, 4) + f"# {self._next()}" if self._chance(self._remarks) else ""
        self._lines.append(" " * at + text + (tail if may_be_remarked else "") + " " * (2 * self._chance(0.05)))

    def _remark(self, at: int, *, always: bool = False) -> None:
        if always or self._chance(self._remarks * 0.5):
            self._lines.append(" " * at + f"# {self._next()}")

    def _next(self) -> str:
        self._count += 1
        return self._random.choice(
            (f"remark {self._count}", f"remark {self._count}: {{x: [1]}}", f"it's {self._count}")
        )

    def _chance(self, probability: float) -> bool:
        return self._random.random() < probability


def runefiles() -> st.SearchStrategy[str]:
    """Texts of Runefiles that are YAML."""
    return st.integers(0, 2**64).map(lambda seed: RunefileWriter(Random(seed)).text())


def analysed(text: str) -> Analysis:
    """The Runefile in a project with two models and a wordlist."""
    contents = {
        "words.txt": b"one\ntwo\nthree\n",
        "other.txt": b"x",
        "words.tflite": b"",
        "two.tflite": b"",
        "Runefile.yml": text.encode(),
    }
    return analyse(MemoryFiles(contents), PUBLISHED_BLOCKS, signatures=signature)
