"""Modules run in Debian's Chromium: its relaxed SIMD is exact on most processors, wasmtime's never is."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence

from playwright.sync_api import sync_playwright

from rune.compiler.anvil.target import Target
from rune.model.tflite import Model
from tests.support.compiler.model_judge import RUNS, Outputs, Questions
from tests.support.compiler.pipelines import models_pipeline, module_of, tensors_of
from tools.browser import chromium

_HOST = """
async ([module, inputs]) => {
    const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const said = [];
    let memory = null, taken = 0, given = [], sent = [];
    const view = (address, size) => new Uint8Array(memory.buffer, address, size);
    const env = {
        _debug: (address, size) => (said.push(new TextDecoder().decode(view(address, size))), 0),
        request_capability: () => ++taken,
        request_capability_set_param: () => 0,
        request_output: () => ++taken,
        request_provider_response: (address, size) => (view(address, size).set(given.shift()), size),
        consume_output: (_, address, size) => (sent.push(btoa(String.fromCharCode(...view(address, size)))), size),
    };
    const { instance } = await WebAssembly.instantiate(bytes(module), { env });
    memory = instance.exports.memory;
    try {
        instance.exports._manifest();
    } catch (error) {
        return { refused: `${error}: ${said.join()}` };
    }
    const outputs = inputs.map((run) => {
        [given, sent] = [run.map(bytes), []];
        instance.exports._call(0, 0, 0);
        return sent;
    });
    return { outputs };
}
"""


class ChromiumRefusal(Exception):
    """The module ended when it started, with what it said."""


def outputs_in_chromium(
    models: Mapping[str, Model], questions: Mapping[str, Questions], target: Target
) -> dict[str, Outputs]:
    """The outputs of the models, compiled into one module. Raises `ChromiumRefusal`."""
    module = module_of(models_pipeline(models), models, target)
    runs = [[data for name in models for data in questions[name].inputs[number]] for number in range(RUNS)]
    arguments = [_text(module), [[_text(data) for data in run] for run in runs]]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        try:
            answer = browser.new_page().evaluate(_HOST, arguments)
        finally:
            browser.close()
    if "refused" in answer:
        raise ChromiumRefusal(answer["refused"])
    outputs: dict[str, Outputs] = {name: [] for name in models}
    for messages in answer["outputs"]:
        for name, message in zip(models, messages, strict=True):
            outputs[name].append([data for _, data in tensors_of(base64.b64decode(message))])
    return outputs


def has_exact_dots(processor: Sequence[str]) -> bool:
    """Returns whether a processor with these features has the instruction that makes Chromium's dot product exact."""
    return bool({"avx_vnni", "avx512_vnni"} & set(processor))


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
