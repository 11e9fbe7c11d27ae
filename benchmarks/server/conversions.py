"""Converting a model on the server: from the file that is sent to its first two forms, and a layer that stays float."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Page

from benchmarks.chromium import open_page
from benchmarks.figure import ROOT, CannotMeasure, table
from lab.environments.environment import ENVIRONMENTS
from rune.environments.environment import FOLDER_VARIABLE, environments_folder
from tests.support.browsers.studio import create, sign_in
from tests.support.servers.live_forge import LiveForge

FIRST_FORMS = ("float32", "int8")
KEYWORD_AIM, SECOND_AIM, LARGE_AIM, LAYER_AIM = 15.0, 7.5, 45.0, 3.0
"""Seconds."""
TIMEOUT = 300.0
_KERAS = """
import sys
from pathlib import Path
import keras
from keras import layers

def keywords(seed):
    keras.utils.set_random_seed(seed)
    source = keras.Input((49, 10, 1))
    value = layers.Conv2D(64, (10, 4), strides=2, padding="same", activation="relu")(source)
    for _ in range(4):
        value = layers.DepthwiseConv2D(3, padding="same", activation="relu")(value)
        value = layers.Conv2D(64, 1, activation="relu")(value)
    value = layers.GlobalAveragePooling2D()(value)
    return keras.Model(source, layers.Dense(12, activation="softmax")(value))

folder = Path(sys.argv[1])
keywords(1).save(folder / "keywords.keras")
keywords(2).save(folder / "keywords-2.keras")
keras.applications.MobileNetV2(input_shape=(224, 224, 3), weights=None).save(folder / "mobilenet.keras")
"""
"""Writes the Keras models; their weights are random by seed."""


def measure() -> str:
    for environment in ENVIRONMENTS.values():
        if not environment.is_ready:
            raise CannotMeasure(f"the environment {environment.name} is not prepared; run make lab")
    with TemporaryDirectory() as name, open_page() as page:
        folder = Path(name)
        process = subprocess.run(
            [ENVIRONMENTS["tensorflow"].python, "-c", _KERAS, name], capture_output=True, text=True, check=False
        )
        if process.returncode:
            raise CannotMeasure(f"Keras wrote no models: {process.stderr[-300:]}")
        onnx = ROOT / "tests" / "lab" / "models" / "onnx" / "keywords.onnx"
        with LiveForge(folder / "data", {FOLDER_VARIABLE: str(environments_folder())}) as forge:
            sign_in(page, forge.link())
            create(page, "Digits")
            project = page.url.removesuffix("/studio").removeprefix(f"{forge.address}/")
            session = ConversionSession(forge.address, page, project)
            page.goto(f"{forge.address}/{project}/models")  # from where somebody brings the first one in
            keras_first = session.convert(folder / "keywords.keras")
            layer = session.seconds_of_layer(keras_first.row)
            keras_second = session.convert(folder / "keywords-2.keras")
            onnx_first = session.convert(onnx)
            large = session.convert(folder / "mobilenet.keras")
    rows = [
        ("a Keras keyword model", keras_first, KEYWORD_AIM),
        ("another one after it", keras_second, SECOND_AIM),
        ("an ONNX keyword model", onnx_first, KEYWORD_AIM),
        ("MobileNetV2 of 224 pixels", large, LARGE_AIM),
    ]
    lines = [(title, f"{each.seconds:.1f} s", f"{aim:.1f} s", f"{each.all_seconds:.0f} s") for title, each, aim in rows]
    lines.append(("a layer of the first that stays float", f"{layer:.1f} s", f"{LAYER_AIM:g} s", ""))
    return (
        "On a server whose environments are prepared, from the request with the file until the float model and its "
        "int8 form are on the page, and until all forms are, counted on two boards. A project without samples: ranges "
        "are those of random input. The page of models was opened right before the first one.\n\n"
        + table(["", "measured", "at most", "all forms"], lines)
    )


@dataclass(frozen=True)
class TimedConversion:
    """A conversion that ended: seconds to the first two forms and to all, and its last state."""

    seconds: float
    all_seconds: float
    row: Any


@dataclass(frozen=True)
class ConversionSession:
    """The person's requests to the API, with the cookies of the page."""

    address: str
    page: Page
    project: str

    def convert(self, path: Path) -> TimedConversion:
        """Sends a model and waits for its forms. Raises `CannotMeasure` for one that is not converted."""
        begin = time.perf_counter()
        row = self.json("POST", f"?file={path.name}", path.read_bytes())
        row = self._until(row, lambda now: set(FIRST_FORMS) <= {each["form"] for each in now["forms"]})
        first = time.perf_counter() - begin
        row = self._until(row, _has_ended)
        return TimedConversion(first, time.perf_counter() - begin, row)

    def seconds_of_layer(self, row: Any) -> float:
        """Keeps the first layer in float, until the figures of that form are there."""
        count = len(row["forms"])
        begin = time.perf_counter()
        body = {"form": "int8", "float_layers": [row["layers"][0]["name"]]}
        row = self.json("POST", f"/{row['id']}/forms", json.dumps(body).encode(), "application/json")
        self._until(row, lambda now: len(now["forms"]) > count)
        seconds = time.perf_counter() - begin
        self._until(row, _has_ended)
        return seconds

    def _until(self, row: Any, condition: Any) -> Any:
        deadline = time.monotonic() + TIMEOUT
        while not condition(row):
            if row["state"] in ("failed", "needs") or time.monotonic() > deadline:
                raise CannotMeasure(f"{row['name']} was not converted: {row['error'] or row['state']}")
            time.sleep(0.05)
            row = self.json("GET", f"/{row['id']}")
        return row

    def json(self, method: str, path: str, body: bytes | None = None, kind: str = "application/octet-stream") -> Any:
        cookies = {str(each["name"]): str(each["value"]) for each in self.page.context.cookies()}
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            "X-CSRFToken": cookies.get("csrftoken", ""),
            "Content-Type": kind,
        }
        address = f"{self.address}/api/v1/projects/{self.project}/conversions{path}"
        request = urllib.request.Request(address, body, headers, method=method)
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
            return json.load(answer)


def _has_ended(row: Any) -> bool:
    return bool(row["state"] == "ready" and row["progress"] >= 1)
