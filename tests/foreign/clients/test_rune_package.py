"""The npm package @hammer-forge/rune, as built: its size, and an app that runs a deployment's rune in Node and in a
page of another site with a strict policy."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import math
import os
import shutil
import subprocess
import sysconfig
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from tests.foreign.conftest import PullableRune
from tests.support.servers.listening import policed_site
from tests.support.servers.live_server import LiveServer
from tools.browser import chromium

pytestmark = pytest.mark.foreign

SDK = Path(__file__).parents[3] / "static/build/sdk"
MOST_BYTES = 23_500
"""The most compressed bytes of all modules together but the next ones."""
MOST_BYTES_OF_UPDATES = 5_000
"""The most compressed bytes of the module that verifies signatures and signed documents and stores the last good
rune."""

MOST_BYTES_OF_COUNTS = 3_500
"""The most compressed bytes of the module that asks a person whether counts may be sent, and sends them."""

MOST_BYTES_OF_SAMPLES = 4_200
"""The most compressed bytes of the module that offers a person to send sounds."""

PROGRAM = """\
import { load } from "@hammer-forge/rune";
const [, , source, options, number] = process.argv;
const answer = await load(source, JSON.parse(options))
  .then((rune) => rune.run(Number(number)))
  .then(({ answer }) => ({ answer }), ({ name, message }) => ({ name, message }));
process.stdout.write(JSON.stringify(answer));
"""
DENO = """\
import { load } from "@hammer-forge/rune";
const [address, key, worker, cache] = Deno.args;
const rune = await load(address, { key, worker: worker === "true", cache });
const { answer } = await rune.run(0.8);
rune.close();
console.log(JSON.stringify({ answer }));
"""
STORE = """\
import { runeStore } from "@hammer-forge/rune/svelte";
const [, , address, key] = process.argv;
const store = runeStore(address, { key });
const states = () => {
  const seen = [];
  let leave = () => undefined;
  const ended = new Promise((resolve) => {
    leave = store.subscribe((state) => {
      seen.push(state.state);
      if (state.state !== "loading") resolve(state.rune);
    });
  });
  return { seen, ended, leave: () => leave() };
};
const first = states();
const { answer } = await (await first.ended).run(0.8);
const second = states();
await second.ended;
first.leave();
second.leave();
const again = states();
await again.ended;
again.leave();
process.stdout.write(JSON.stringify([[...first.seen, answer], second.seen, again.seen]));
"""
APP = """\
import { load } from "./rune/index.js";
window.answer = (source, options, number) =>
  load(source, options)
    .then((rune) => rune.run(number))
    .then(({ answer, milliseconds }) => ({ answer, milliseconds }), ({ name, message }) => ({ name, message }));
"""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tarball, unpacked as npm does. Returns the folder of `node_modules`."""
    (tarball,) = SDK.glob("hammer-forge-rune-*.tgz")
    modules = tmp_path_factory.mktemp("app") / "node_modules"
    with tarfile.open(tarball) as archive:
        archive.extractall(modules / "@hammer-forge", filter="data")
    (modules / "@hammer-forge/package").rename(modules / "@hammer-forge/rune")
    return modules


@pytest.fixture(scope="module")
def deployment(live: LiveServer, release: PullableRune) -> tuple[str, str, str]:
    """The address of a deployment, its key, and its path in the API."""
    address = f"projects/{release.repository}/deployments"
    row = live.api("POST", address, json={"title": "SDK", "kind": "web", "tag": release.tag})
    secret = live.api("POST", f"{address}/{row['name']}/keys", json={"name": "site"})["secret"]
    return row["url"], secret, f"{address}/{row['name']}"


def test_the_package_is_small_and_depends_on_nothing(package: Path) -> None:
    folder = package / "@hammer-forge/rune"
    manifest = json.loads((folder / "package.json").read_text("utf-8"))
    assert "dependencies" not in manifest
    sizes = {file.name: len(gzip.compress(file.read_bytes(), mtime=0)) for file in folder.glob("*.js")}
    updates, counts, samples = (sizes.pop(f"{name}.js") for name in ("deployment", "telemetry", "samples"))
    assert len(sizes) >= 5
    assert sum(sizes.values()) < MOST_BYTES, f"{sizes} bytes, compressed"
    assert updates < MOST_BYTES_OF_UPDATES, f"{updates} bytes, compressed"
    assert counts < MOST_BYTES_OF_COUNTS, f"{counts} bytes, compressed"
    assert samples < MOST_BYTES_OF_SAMPLES, f"{samples} bytes, compressed"
    for entry in manifest["exports"].values():
        assert (folder / entry["types"]).is_file()
        assert (folder / entry["default"]).is_file()


def in_node(package: Path, source: str, options: dict[str, str], number: float) -> Any:
    program = package.parent / "program.mjs"
    program.write_text(PROGRAM, "utf-8")
    command = ["node", str(program), source, json.dumps(options), str(number)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, timeout=60).stdout)


def test_it_names_what_went_wrong(package: Path, deployment: tuple[str, str, str]) -> None:
    address, key, _ = deployment
    assert in_node(package, address, {}, 0.8)["name"] == "key-missing"
    assert in_node(package, address, {"key": "hf_web_wrong"}, 0.8)["name"] == "key-unknown"
    assert in_node(package, address, {"key": key, "digest": f"sha256:{'0' * 64}"}, 0.8)["name"] == "damaged"
    assert in_node(package, "http://127.0.0.1:1/d/a/b/c", {}, 0.8)["name"] == "server-away"


def test_it_runs_a_deployment_in_node(package: Path, deployment: tuple[str, str, str]) -> None:
    address, key, _ = deployment
    assert in_node(package, address, {"key": key}, 0.8)["answer"] == pytest.approx(math.sin(0.8), abs=0.05)


@pytest.mark.proof
def test_it_runs_a_deployment_in_deno(package: Path, deployment: tuple[str, str, str], live: LiveServer) -> None:
    deno = shutil.which("deno", path=f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}")
    if deno is None:
        pytest.skip("needs Deno: pip install --no-deps -r requirements/judges.txt")
    address, key, _ = deployment
    program = package.parent / "program.ts"
    program.write_text(DENO, "utf-8")
    # It may do no more than it needs: read its own files, among them the worker, ask the server, and store the rune.
    cache = package.parent / "cache"
    permissions = [f"--allow-read={package.parent}", f"--allow-write={cache}", f"--allow-net=127.0.0.1:{live.port}"]
    command = [deno, "run", "--node-modules-dir=manual", "--no-prompt", *permissions, str(program)]
    environment = os.environ | {"DENO_DIR": str(package.parent / "deno"), "DENO_NO_UPDATE_CHECK": "1"}
    for worker in ("true", "false"):
        arguments = [address, key, worker, str(cache)]
        result = subprocess.run(
            [*command, *arguments], env=environment, cwd=package.parent, capture_output=True, timeout=120, check=False
        )
        assert result.returncode == 0, result.stderr.decode()
        assert json.loads(result.stdout)["answer"] == pytest.approx(math.sin(0.8), abs=0.05)
    assert len(list(cache.glob("*/*.rune"))) == 1, "the last good rune is stored"


def test_a_store_of_svelte_loads_with_its_first_subscriber_and_closes_with_its_last(
    package: Path, deployment: tuple[str, str, str]
) -> None:
    address, key, _ = deployment
    program = package.parent / "store.mjs"
    program.write_text(STORE, "utf-8")
    result = subprocess.run(["node", str(program), address, key], check=True, capture_output=True, timeout=60)
    first, second, again = json.loads(result.stdout)
    assert first == ["loading", "loaded", pytest.approx(math.sin(0.8), abs=0.05)]
    assert second == ["loaded"], "who subscribes later gets the rune at once"
    assert again == ["loading", "loaded"], "after the last one left it is loaded anew"


@pytest.fixture(scope="module")
def strict_site(package: Path, live: LiveServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site of another origin that holds the package itself. Its policy allows scripts, workers and the server."""
    folder = tmp_path_factory.mktemp("strict")
    (folder / "rune").symlink_to(package / "@hammer-forge/rune", target_is_directory=True)
    (folder / "app.js").write_text(APP, "utf-8")
    digest = base64.b64encode(hashlib.sha384(APP.encode()).digest()).decode()
    script = f'<script type="module" src="app.js" integrity="sha384-{digest}"></script>'
    (folder / "index.html").write_text(f'<!doctype html><meta charset="utf-8">{script}', "utf-8")
    scripts = "script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'"
    policy = f"default-src 'none'; {scripts}; connect-src {live.address}"

    with policed_site(folder, policy) as site:
        yield site.address


@pytest.mark.slow
def test_it_runs_in_a_page_with_a_strict_policy(
    live: LiveServer, deployment: tuple[str, str, str], strict_site: str
) -> None:
    address, key, path = deployment
    state = live.http.get(f"/api/v1/{path}").headers["ETag"]
    call = "([source, options, number]) => window.answer(source, options, number)"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page()
        violations: list[str] = []
        page.on("console", lambda message: violations.append(message.text))
        page.goto(f"{strict_site}/index.html")
        page.wait_for_function("'answer' in window")
        assert page.evaluate(call, [address, {"key": key}, 0.8])["name"] == "server-away", "the origin is not named"
        violations.clear()
        live.api("PATCH", path, headers={"If-Match": state}, json={"origins": [strict_site]})
        answer = page.evaluate(call, [address, {"key": key}, 0.8])
        assert answer["answer"] == pytest.approx(math.sin(0.8), abs=0.05), answer
        assert len(page.workers) == 1, "the rune runs in a worker"
        assert violations == []
        browser.close()
