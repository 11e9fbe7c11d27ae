"""The language service knows the proc-blocks that its resolver finds, and no others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rune.blocks.catalogue import CATALOGUE
from rune.blocks.signature import Block
from rune.editing.language.service import LanguageService
from rune.project.files import MemoryFiles

RUNEFILE = """\
version: 1
image: runicos/base
pipeline:
  input: {capability: RAW, outputs: [{type: f32, dimensions: [1, 4]}]}
  scale: {proc-block: ./rest, inputs: [input], args: {modulus: 2}}
  out: {out: SERIAL, inputs: [scale]}
"""

REST = replace(CATALOGUE["modulo"], name="rest", summary="The project's own block.")


class RestBlock:
    """One block of the project and one of the catalogue."""

    names = ("./rest", "fft")

    def find(self, path: str) -> Block | None:
        return {"./rest": REST, "fft": CATALOGUE["fft"]}.get(path)


def answer_to(request: dict[str, Any], text: str = RUNEFILE) -> Any:
    return LanguageService(RestBlock(), MemoryFiles({"Runefile.yml": text.encode()})).answer(request)["answer"]


def labels(text: str) -> list[str]:
    """The labels that completion offers at `¦`."""
    completion = answer_to({"ask": "complete", "offset": text.index("¦")}, text.replace("¦", ""))
    return [item["label"] for item in completion["items"]]


def test_the_project_checks_with_its_own_block() -> None:
    assert answer_to({"ask": "check"})["diagnostics"] == []


def test_completion_offers_the_blocks_of_the_resolver() -> None:
    assert labels(RUNEFILE.replace("./rest", "¦")) == ["./rest", "fft"]
    completions = labels("version: 1\nimage: runicos/base\npipeline:\n  ¦\n")
    assert [label for label in completions if label in {f"{name} stage" for name in ("./rest", *CATALOGUE)}] == [
        "./rest stage",
        "fft stage",
    ]


def test_arguments_of_an_own_block_are_completed_explained_and_limited() -> None:
    assert labels(RUNEFILE.replace("modulus: 2", "¦")) == ["modulus"]
    assert "**modulus**" in answer_to({"ask": "hover", "offset": RUNEFILE.index("modulus")})["text"]
    (argument,) = answer_to({"ask": "arguments", "stage": "scale"})["arguments"]
    assert (argument["name"], argument["value"]) == ("modulus", 2)


def test_a_block_outside_of_the_resolver_is_unknown_everywhere() -> None:
    text = RUNEFILE.replace("./rest", "modulo")
    assert answer_to({"ask": "hover", "offset": text.index("modulo")}, text) is None
    assert answer_to({"ask": "ports"}, text)["stages"][1]["item"] is None
    assert answer_to({"ask": "ports"})["stages"][1]["item"] == "./rest"
    assert labels(text.replace("modulus: 2", "¦")) == []


def test_the_graph_offers_and_connects_own_blocks() -> None:
    assert [item["target"] for item in answer_to({"ask": "palette"})["blocks"]] == ["./rest", "fft"]
    suits = answer_to({"ask": "suits", "source": {"stage": "input", "index": 0}})["suits"]
    reasons = {each["target"]: each["reason"] for each in suits}
    assert reasons["./rest"] is None
    assert "fft" in reasons["fft"]
    fits = answer_to({"ask": "fits", "source": {"stage": "input", "index": 0}})["fits"]
    assert {"stage": "scale", "index": 0, "reason": None} in fits
