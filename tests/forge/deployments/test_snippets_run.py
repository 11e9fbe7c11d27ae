"""The lines of a rune run as they stand: those of each template and of each recipe, in Python, C and JavaScript."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from forge.deployments.snippets.c_program import arduino_sketch, c_program
from forge.deployments.snippets.interface import SnippetInterface, interface_of
from forge.deployments.snippets.published_runes import PublishedRune, snippets
from forge.deployments.snippets.texts import UsedDeployment, deployment_snippets
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.targets.lookup import find_target
from rune.devices.packages.packaging import package
from rune.project.files import MemoryFiles, ProjectFiles
from rune.tools.api import Results, load
from tests.conftest import REPOSITORY
from tests.support.cases import each_case
from tests.support.compiler.programs.c_programs import STRICT, gcc
from tests.support.compiler.programs.package_programs import PackageFolder, called
from tests.support.training.rune_projects import PROJECTS

SDK = REPOSITORY / "static/build/sdk/package"

STREAM = MemoryFiles(
    {
        "Runefile.yml": b"""\
version: 1
image: runicos/base

pipeline:
  level:
    capability: RAW
    args:
      length: 4
    outputs:
      - {type: u8, dimensions: [4]}

  newest:
    proc-block: window
    inputs: [level]
    outputs:
      - {type: u8, dimensions: [12]}
    args:
      size: 12
      hop: 4

  values:
    out: SERIAL
    inputs: [newest]
"""
    }
)
"""A rune that answers for the first time after three chunks."""


def run_lines(files: ProjectFiles, folder: Path) -> SnippetInterface:
    """Runs all lines of the rune of these files that need no page, and returns what they were written from."""
    rune = build(files, BuildOptions("app"))
    (folder / "app.rune").write_bytes(rune.rune)
    interface = interface_of(json.loads(json.dumps(rune.report.to_json()))["pipeline"])
    assert interface is not None
    assert interface.answers_later == (interface.outputs[0] not in answer_of_one_run(folder / "app.rune"))
    published_rune = PublishedRune("http://127.0.0.1:8000", "acme/app", "1.0", "sha384-x", True)
    ways = {way.key: way.text for way in snippets(published_rune, interface, True)}
    output = called([sys.executable, "-c", ways["python"]], folder)
    assert output.strip()
    deployment = UsedDeployment("app", "http://127.0.0.1:8000/d/acme/app/site", "hf_web_x")
    languages = {way.language: way.text for way in deployment_snippets(deployment, interface, None, "", "")}
    # The same lines but for the first ones, which fetch the rune.
    assert languages["python"].partition("\nresults = ")[2] == ways["python"].partition("\nresults = ")[2]
    assert languages["c"] == ways["c"] == c_program("app", interface)
    run_javascript(languages["javascript"], interface, folder)
    package_folder = PackageFolder.of(folder, package(files, BuildOptions("app", target=find_target("c"))))
    include = f"-I{package_folder.path / 'include'}"
    (folder / "use.c").write_text(ways["c"])
    sources = [source for source in package_folder.sources if "selftest" not in source]
    called([gcc(), *STRICT, include, "use.c", *sources, "-lm", "-o", "use"], folder)
    called([str(folder / "use")], folder)
    run_sketch(arduino_sketch("app", interface), include, sources, folder)
    return interface


def answer_of_one_run(path: Path) -> Results:
    """The results of one run on zeros."""
    loaded_rune = load(path)
    return loaded_rune(
        {each.name: np.zeros(each.shape or (), each.dtype or "u1") for each in loaded_rune.inputs.values()}
    )


def run_sketch(sketch: str, include: str, sources: Sequence[str], folder: Path) -> None:
    """Runs a sketch around what Arduino's core gives to it, until the sketch says that there is an answer."""
    core = """#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static struct { void (*begin)(int); void (*println)(const char *); } Serial;
static void core_begin(int rate) { (void)rate; }
static void core_println(const char *text) { puts(text); exit(strcmp(text, "failed") == 0); }
void delay(int milliseconds);
void delay(int milliseconds) { (void)milliseconds; }
void setup(void);
void loop(void);
"""
    rest = """
int main(void)
{
    Serial.begin = core_begin;
    Serial.println = core_println;
    setup();
    for (;;) loop();
}
"""
    text = sketch.replace("void setup()", "void setup(void)").replace("void loop()", "void loop(void)")
    (folder / "sketch.c").write_text(f"{core}{text}{rest}")
    called([gcc(), "-std=c99", "-Wall", "-Werror", include, "sketch.c", *sources, "-lm", "-o", "sketch"], folder)
    assert called([str(folder / "sketch")], folder).strip() in ("done", "answered")


def run_javascript(text: str, interface: SnippetInterface, folder: Path) -> None:
    """Runs the lines of JavaScript on the package that apps install, with the rune's bytes in place of its address.

    Those that listen to a sensor need a page."""
    if "listen(" in text:
        return
    source = 'new Uint8Array(readFileSync("app.rune"))'
    lines = text.split("\n\n", 1)[1].replace('"http://127.0.0.1:8000/d/acme/app/site"', source)
    imports = f'import {{ readFileSync }} from "node:fs";\nimport {{ load }} from "{SDK}/index.js";'
    (folder / "use.mjs").write_text(f"{imports}\n{lines}\nprocess.exit(0);\n")
    assert called(["node", "use.mjs"], folder).strip() not in ("", "null")


def test_the_lines_of_a_stream_feed_chunks_until_an_answer_comes(tmp_path: Path) -> None:
    interface = run_lines(STREAM, tmp_path)
    assert interface.answers_later


@pytest.mark.slow
@each_case("name", PROJECTS)
def test_the_lines_of_each_template_and_of_each_recipe_run_as_they_stand(
    name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    run_lines(PROJECTS[name](), tmp_path_factory.mktemp("lines"))
