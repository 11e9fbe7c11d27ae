"""Attacks on what a deployment serves, each by its name in the specification of TUF, against the npm package
@hammer-forge/rune in Node, and in Chromium in a page of another site.

The attacker answers in the server's place with everything that they recorded, and sometimes with stolen keys. The
same attacks on the loader of Python are in tests/forge/deployments/updates/test_attacks.py.
"""

# ruff: noqa: F811  the arguments are fixtures

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from forge.deployments.updates.documents import root_document
from forge.deployments.updates.models import LIFETIMES, UpdateRole
from tests.foreign.clients.test_rune_package import package  # noqa: F401  a fixture
from tests.support.forge.middle import (  # noqa: F401  middle and publisher are fixtures
    ADDRESS,
    EVIL,
    NEWER,
    RUNE,
    Middle,
    Publisher,
    make_keys,
    middle,
    publisher,
    running,
)
from tests.support.servers.listening import file_server
from tests.support.shares import mostly_proved
from tools.browser import chromium

pytestmark = pytest.mark.foreign

NODE = """\
import { load } from "@hammer-forge/rune";
const { source, options, now } = JSON.parse(process.argv[2]);
if (now !== null) Date.now = () => now;
const seen = await load(source, options).then(
  ({ served, age }) => ({ version: served.version, age }),
  ({ name, message }) => ({ name, message }),
);
process.stdout.write(JSON.stringify(seen));
"""
PAGE = """\
import { load } from "./rune/index.js";
const clock = Date.now;
window.loaded = ({ source, options, now }) => {
  Date.now = now === null ? clock : () => now;
  return load(source, options).then(
    (rune) => {
      rune.close();
      return { version: rune.served.version, age: rune.age };
    },
    ({ name, message }) => ({ name, message }),
  );
};
"""

Load = Callable[[str, dict[str, Any], datetime | None], dict[str, Any]]
"""Loads a deployment with options at a time of the app's clock. Returns `version` and `age`, or the error's `name` and
`message`."""


@pytest.fixture(scope="module")
def in_node(package: Path) -> Load:
    program = package.parent / "attacked.mjs"
    program.write_text(NODE, "utf-8")

    def load(source: str, options: dict[str, Any], now: datetime | None) -> Any:
        call = json.dumps({"source": source, "options": options, "now": _milliseconds(now)})
        result = subprocess.run(["node", str(program), call], capture_output=True, timeout=60, check=False)
        assert result.returncode == 0, result.stderr.decode()
        return json.loads(result.stdout)

    return load


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        new_browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield new_browser
        new_browser.close()


@pytest.fixture(scope="module")
def in_a_page(package: Path, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Load]:
    folder = tmp_path_factory.mktemp("other-site")
    (folder / "rune").symlink_to(package / "@hammer-forge/rune", target_is_directory=True)
    (folder / "app.js").write_text(PAGE, "utf-8")
    (folder / "index.html").write_text('<!doctype html><script type="module" src="app.js"></script>', "utf-8")
    with file_server(folder) as address:
        context = browser.new_context()

        def load(source: str, options: dict[str, Any], now: datetime | None) -> Any:
            # Each time in a fresh page: what it remembers is in the browser's database.
            page = context.new_page()
            page.goto(f"{address}/index.html")
            page.wait_for_function("'loaded' in window")
            call = {"source": source, "options": options, "now": _milliseconds(now)}
            answer = page.evaluate("(call) => window.loaded(call)", call)
            page.close()
            return answer

        yield load
        context.close()


def _milliseconds(now: datetime | None) -> float | None:
    return None if now is None else now.timestamp() * 1000


class App:
    """An app that was delivered with a root, on a computer of its own."""

    def __init__(self, load: Load, middle: Middle, folder: Path | None) -> None:
        self._load, self._middle = load, middle
        self.options: dict[str, Any] = {"key": "hf_dev_secret", "root": ""}
        if folder is not None:
            self.options["cache"] = str(folder)

    def load(self, now: datetime | None = None, **options: Any) -> dict[str, Any]:
        return self._load(self._middle.url, self.options | options, now)

    def refusal(self, now: datetime | None = None, **options: Any) -> str:
        answer = self.load(now, **options)
        assert "name" in answer, answer
        return str(answer["name"])


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each attack is tried in Node or in Chromium, a few in both; `make prove` tries each in both."""
    if "app" in metafunc.fixturenames:
        test = metafunc.function.__name__
        hosts = mostly_proved(["node", "chromium"], 5, lambda host: f"{test} in {host}")
        metafunc.parametrize("app", hosts, indirect=True)


@pytest.fixture
def app(request: pytest.FixtureRequest, middle: Middle, publisher: Publisher, tmp_path: Path) -> App:
    """An app that was delivered with the first root."""
    is_node = request.param == "node"
    load = request.getfixturevalue("in_node" if is_node else "in_a_page")
    app = App(load, middle, tmp_path / "cache" if is_node else None)
    app.options["root"] = publisher.roots[0]
    return app


def test_what_the_keys_signed_is_loaded_and_followed(middle: Middle, publisher: Publisher, app: App) -> None:
    assert app.load() == {"version": "1.1", "age": None}
    middle.serve(publisher.release(NEWER, 2), NEWER, publisher)
    assert app.load() == {"version": "1.2", "age": None}


def test_freeze(middle: Middle, publisher: Publisher, app: App) -> None:
    """The attacker goes on answering with the state of last week, which had all signatures."""
    old = datetime.now(UTC) - LIFETIMES[UpdateRole.TIMESTAMP] - timedelta(hours=1)
    middle.serve(publisher.release(RUNE, 1, now=old), RUNE, publisher)
    answer = app.load()
    assert answer["name"] == "expired"
    assert "Somebody may hold back newer ones" in answer["message"]


def test_freeze_of_what_an_app_has_loaded(middle: Middle, app: App) -> None:
    """The app loaded the state while it was new. Its stored rune is no answer to a server that is there and stale."""
    app.load()
    middle.date = datetime.now(UTC) + LIFETIMES[UpdateRole.TIMESTAMP] + timedelta(hours=1)
    assert app.refusal(now=middle.date) == "expired"


def test_rollback(middle: Middle, publisher: Publisher, app: App) -> None:
    """The attacker answers with an earlier release whose documents have not ended, after the app was restarted."""
    first = publisher.release(RUNE, 1)
    middle.serve(publisher.release(NEWER, 2), NEWER, publisher)
    assert app.load()["version"] == "1.2"
    middle.serve(first, RUNE, publisher)
    assert app.refusal() == "older"


def test_rollback_without_a_root(middle: Middle, app: App) -> None:
    """A release that is older than the one before is refused as well where nothing is signed."""
    app.options["cache"] = app.options.get("cache", True)
    del app.options["root"]
    digest = f"sha256:{hashlib.sha256(RUNE).hexdigest()}"
    rune = {"digest": digest, "size": len(RUNE), "url": f"{middle.url}/{digest}"}
    for release, expected in ((2, "1.2"), (1, "older")):
        body = {"deployment": "boards", "version": f"1.{release}", "release": release, "since": "", "rune": rune}
        middle.answers[ADDRESS] = json.dumps(body).encode()
        answer = app.load()
        assert answer.get("version", answer.get("name")) == expected
    middle.statuses[ADDRESS] = (503, b"")
    assert app.load()["version"] == "1.2"


@pytest.mark.parametrize("role", [UpdateRole.SNAPSHOT, UpdateRole.TARGETS])
def test_mix_and_match(role: UpdateRole, middle: Middle, publisher: Publisher, app: App) -> None:
    """The attacker combines the documents of two releases, each signed and in time."""
    first, second = publisher.release(RUNE, 1), publisher.release(NEWER, 2)
    middle.serve(second, NEWER, publisher)
    middle.serve_documents(second.version, {role: first.texts[role]})
    assert app.refusal() == "mixed"


def test_mix_and_match_across_deployments(middle: Middle, publisher: Publisher, app: App) -> None:
    """The attacker answers with what the same keys signed for another deployment of the organisation."""
    middle.serve(publisher.release(EVIL, 2, name="acme/kitchen/beta"), EVIL, publisher)
    answer = app.load()
    assert answer["name"] == "mixed"
    assert "another deployment" in answer["message"]


@pytest.mark.parametrize("role", list(UpdateRole))
def test_key_compromise_of_one_role(role: UpdateRole, middle: Middle, publisher: Publisher, app: App) -> None:
    """The attacker with the key of one role, and keys of their own for the others, delivers nothing."""
    stolen_key = next(pair for pair in publisher.keys if pair.role is role)
    others = [pair for pair in make_keys() if pair.role is not role]
    thief = Publisher(keys=[stolen_key, *others], roots=list(publisher.roots))
    middle.serve(thief.release(EVIL, 2), EVIL, thief)
    forgery = root_document(thief.keys, 2, datetime.now(UTC), [stolen_key] if role is UpdateRole.ROOT else [])[0]
    middle.answers[f"{ADDRESS}/tuf/2.root.json"] = forgery.encode()
    assert app.refusal() == "signature-refused"
    del middle.answers[f"{ADDRESS}/tuf/2.root.json"]
    assert app.refusal() == "signature-refused"


def test_key_compromise_by_one_key_that_signs_twice(middle: Middle, publisher: Publisher, app: App) -> None:
    """The threshold counts keys, and not signatures."""
    stolen_key = next(pair for pair in publisher.keys if pair.role is UpdateRole.ROOT)
    forgery = json.loads(root_document(make_keys(), 2, datetime.now(UTC), [stolen_key])[0])
    (signature,) = [each for each in forgery["signatures"] if each["keyid"] == stolen_key.key.keyid]
    forgery["signatures"].append(signature)
    middle.answers[f"{ADDRESS}/tuf/2.root.json"] = json.dumps(forgery).encode()
    assert app.refusal() == "signature-refused"


def test_key_compromise_ends_with_the_next_root(middle: Middle, publisher: Publisher, app: App) -> None:
    """All keys but those of the root are stolen. After the owner replaced them, what they sign is refused."""
    thief = Publisher(keys=list(publisher.keys), roots=list(publisher.roots))
    publisher.replace_keys()
    middle.serve(publisher.release(NEWER, 2), NEWER, publisher)
    assert app.load()["version"] == "1.2"
    middle.serve(thief.release(EVIL, 3), EVIL, thief)
    assert app.refusal() == "signature-refused"
    assert app.refusal(cache=False) == "signature-refused", "an app of before follows the roots first"


def test_a_refusal_is_no_sign_that_there_is_no_newer_root(middle: Middle, app: App) -> None:
    """Libraries take 403 for "no newer root". Here it is a refusal of the key, and says so."""
    middle.statuses[f"{ADDRESS}/tuf/2.root.json"] = (403, b'{"name": "key-revoked", "detail": "It was revoked."}')
    assert app.refusal() == "key-revoked"


def test_a_redirect_gets_no_key(middle: Middle, app: App) -> None:
    """The attacker answers with an address of their own."""
    with running() as attacker:
        for path in (f"{ADDRESS}/tuf/2.root.json", ADDRESS):
            middle.moved[path] = f"{attacker.url}{path.removeprefix(ADDRESS)}"
            answer = app.load()
            assert answer["name"] == "server-away", answer
            assert "leads to another address" in answer["message"]
            # The same without signed documents.
            app.options.pop("root", None)
            app.options.setdefault("cache", True)
        assert attacker.requested == []


def test_wrong_key(middle: Middle, app: App) -> None:
    """A root of other keys does not prove what these keys signed, and nor does a digest of another root."""
    assert app.refusal(root=Publisher().roots[0]) == "signature-refused"
    assert app.refusal(root=f"sha256:{'0' * 64}") == "signature-refused"


def test_half_a_download(middle: Middle, app: App) -> None:
    """A part that looks whole has another digest, and the next load takes the whole."""
    path = f"{ADDRESS}/sha256:{hashlib.sha256(RUNE).hexdigest()}"
    middle.answers[path] = RUNE[: len(RUNE) // 2]
    assert app.refusal() == "damaged"
    middle.answers[path] = RUNE
    assert app.load()["version"] == "1.1"


def test_clock_wrong_because_it_is_behind(app: App) -> None:
    """A device without a battery wakes in 1970: every document would be in time."""
    answer = app.load(now=datetime(1970, 1, 1, tzinfo=UTC))
    assert answer["name"] == "clock-wrong"
    assert "1970-01-01" in answer["message"]


def test_clock_wrong_because_it_is_ahead(middle: Middle, publisher: Publisher, app: App) -> None:
    """The documents of an honest server have ended for a clock that is ten days ahead: the error names the clock."""
    then = datetime.now(UTC) - timedelta(days=10)
    middle.serve(publisher.release(RUNE, 1, now=then), RUNE, publisher)
    middle.date = then
    assert app.refusal() == "clock-wrong"


@pytest.mark.parametrize("status", [500, 503])
def test_server_away(status: int, middle: Middle, app: App) -> None:
    """The last good signed rune is loaded, with its age."""
    app.load()
    middle.statuses[f"{ADDRESS}/tuf/2.root.json"] = (status, b"")
    answer = app.load(now=datetime.now(UTC) + timedelta(hours=1))
    assert answer["version"] == "1.1"
    assert 59 * 60_000 < answer["age"] < 61 * 60_000


def test_server_away_and_nothing_is_stored(middle: Middle, publisher: Publisher, app: App) -> None:
    """A rune that was loaded without memory, or with another trust, is not used."""
    app.load(cache=False)
    other = Publisher().roots[0]
    middle.statuses[f"{ADDRESS}/tuf/2.root.json"] = (503, b"")
    assert app.refusal() == "server-away"
    assert app.refusal(root=other) == "server-away"


@pytest.mark.slow
def test_a_download_that_stalls_midway(middle: Middle, publisher: Publisher, app: App) -> None:
    """The server sends a half of the new rune and no byte more. After a time the last good one is loaded."""
    app.load()
    middle.serve(publisher.release(NEWER, 2), NEWER, publisher)
    middle.stalled.add(f"{ADDRESS}/sha256:{hashlib.sha256(NEWER).hexdigest()}")
    answer = app.load()
    assert answer["version"] == "1.1"
    assert answer["age"] > 0
    middle.stalled.clear()
    assert app.load() == {"version": "1.2", "age": None}


@pytest.mark.parametrize("document", [b"{}", b"[]", b'{"signed": {}, "signatures": []}'])
def test_documents_that_are_none(document: bytes, middle: Middle, app: App) -> None:
    middle.answers[f"{ADDRESS}/tuf/timestamp.json"] = document
    assert app.refusal() == "signature-refused"


def test_a_digest_of_the_root_protects_the_first_load_already(middle: Middle, publisher: Publisher, app: App) -> None:
    """The server sends the root; one of other keys has another digest."""
    honest, other = publisher.roots[0].encode(), Publisher().roots[0].encode()
    app.options["root"] = f"sha256:{hashlib.sha256(honest).hexdigest()}"
    middle.answers[f"{ADDRESS}/tuf/1.root.json"] = other
    assert app.refusal() == "signature-refused"
    middle.answers[f"{ADDRESS}/tuf/1.root.json"] = honest
    assert app.load()["version"] == "1.1"
    # The document is remembered: a machine that answers in the server's place later does not change it.
    middle.answers[f"{ADDRESS}/tuf/1.root.json"] = other
    assert app.load()["version"] == "1.1"


def test_a_document_without_an_end(middle: Middle, app: App) -> None:
    middle.answers[f"{ADDRESS}/tuf/timestamp.json"] = b"[]" + b" " * 20_000
    assert app.refusal() == "damaged"


def test_a_folder_that_cannot_be_written(in_node: Load, middle: Middle, publisher: Publisher, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    app = App(in_node, middle, tmp_path / "file")
    app.options["root"] = publisher.roots[0]
    assert app.refusal() == "cache-unwritable"
    del app.options["cache"]
    assert app.refusal() == "cache-unwritable", "without a folder an older state could not be recognised"
    assert app.load(cache=False)["version"] == "1.1"
