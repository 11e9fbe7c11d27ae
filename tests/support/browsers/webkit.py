"""WebKit, Safari's engine, as Debian has it: MiniBrowser, driven over the W3C's WebDriver protocol.

Playwright drives only a WebKit of its own, so this has the few words that the journeys need. Things are found as people
find them: by what they are and what they are called.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import httpx

from tests.support.servers.live_forge import free_port

PATIENCE = 120
"""Seconds after which something that should have happened has not."""
WINDOW = {"x": 0, "y": 0, "width": 1440, "height": 1000}
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
_KEYS = {
    "Enter": "\ue007",
    "Control": "\ue009",
    "Shift": "\ue008",
    "Escape": "\ue00c",
    "Home": "\ue011",
    "End": "\ue010",
}
_FIND = (Path(__file__).parent / "find.js").read_text("utf-8")

Corner = tuple[float, float]


class WebKit:
    """A window of a person, on a screen that nobody sees. `lines` has the messages of the console.

    `sound` are the variables of a sound card whose microphone the page may have.
    """

    def __init__(self, binary: Path, sound: Mapping[str, str] | None = None) -> None:
        self.binary = binary
        self.sound = sound or {}
        self.lines: list[str] = []
        self.version = ""

    def __enter__(self) -> Self:
        reading, writing = os.pipe()
        self._screen = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1600x1200x24", "-nolisten", "tcp"],
            pass_fds=[writing],
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        with os.fdopen(reading) as display:
            screen = f":{display.readline().strip()}"
        port = free_port()
        self._driver = subprocess.Popen(
            ["WebKitWebDriver", f"--port={port}"],
            env={**os.environ, **self.sound, "DISPLAY": screen, "GDK_BACKEND": "x11", "NO_AT_BRIDGE": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120, trust_env=False)
        try:
            self._open()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        try:
            if hasattr(self, "_session"):
                self._http.delete(self._session)
        finally:
            self._http.close()
            os.killpg(self._driver.pid, signal.SIGTERM)
            self._driver.wait(30)
            self._screen.terminate()
            self._screen.wait(30)
            self._listener.join(30)

    def _open(self) -> None:
        self.until(self._is_ready, "WebKitWebDriver answers")
        options = {
            "binary": str(self.binary),
            # Nobody is there to be asked for the microphone.
            "args": [
                "--automation",
                "--enable-write-console-messages-to-stdout=true",
                "--enable-media-stream=true",
                "--features=-MockCaptureDevicesPrompt",
            ],
        }
        answer = self._http.post(
            "/session", json={"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
        ).json()["value"]
        assert "sessionId" in answer, answer
        self.version = answer["capabilities"]["browserVersion"]
        self._session = f"/session/{answer['sessionId']}"
        self._ask("POST", "window/rect", WINDOW)

    def _is_ready(self) -> bool:
        try:
            return bool(self._http.get("/status").json()["value"]["ready"])
        except httpx.TransportError:
            return False

    def _listen(self) -> None:
        assert self._driver.stdout is not None
        with self._driver.stdout:
            for line in self._driver.stdout:
                self.lines.append(line.rstrip())

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        answer = self._http.request(method, f"{self._session}/{path}", json=body if method == "POST" else None).json()
        value = answer["value"]
        if isinstance(value, dict) and "error" in value:
            raise WebDriverError(f"{value['error']}: {value.get('message', '')}")
        return value

    def go(self, address: str) -> None:
        self._ask("POST", "url", {"url": address})

    @property
    def address(self) -> str:
        return str(self._ask("GET", "url"))

    def run(self, script: str, *arguments: object) -> Any:
        """The value of a function's body in the page."""
        return self._ask("POST", "execute/sync", {"script": script, "args": arguments})

    def until(self, condition: Callable[[], Any], what: str) -> Any:
        """Asks again until the answer is true; gives it."""
        deadline = time.monotonic() + PATIENCE
        while not (answer := condition()):
            assert time.monotonic() < deadline, f"not in {PATIENCE} s: {what}"
            time.sleep(0.05)  # the protocol has no way to be told
        return answer

    def find(self, role: str, name: str = "", *, text: str = "", inside: object = None) -> Any:
        """Waits for a visible thing of this role whose name begins with `name` and whose text has `text` in it."""

        def element() -> Any:
            try:
                return self.run(_FIND, role, name, text, inside)
            except WebDriverError:
                return None  # the page goes to another one, or drew itself anew

        return self.until(element, f"{role} {name!r} {text!r}; the page: {self._seen}")

    @property
    def _seen(self) -> str:
        return str(self.run("return document.body.innerText"))[:3000]

    def click(self, role: str, name: str = "", *, text: str = "", inside: object = None) -> None:
        """Clicks where a person would: an element that is drawn anew between finding and clicking is looked for
        again."""

        def clicked() -> bool:
            element = self.find(role, name, text=text, inside=inside)
            try:
                self._ask("POST", f"element/{element[_ELEMENT]}/click", {})
            except WebDriverError as error:
                if "stale" in str(error) or "intercepted" in str(error) or "not interactable" in str(error):
                    return False
                raise
            return True

        self.until(clicked, f"{role} {name!r} can be clicked")

    def write(self, text: str) -> None:
        """Writes into the element that has the focus."""
        self._keys([key for letter in text for key in (("keyDown", letter), ("keyUp", letter))])

    def press(self, combination: str) -> None:
        """`Control+Shift+z`, as Playwright writes it."""
        keys = [_KEYS.get(key, key) for key in combination.split("+")]
        self._keys([("keyDown", key) for key in keys] + [("keyUp", key) for key in reversed(keys)])

    def _keys(self, strokes: Sequence[tuple[str, str]]) -> None:
        actions = [{"type": kind, "value": value} for kind, value in strokes]
        self._ask("POST", "actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def draw(self, role: str, name: str, strokes: Sequence[Sequence[Corner]]) -> None:
        """Draws with the mouse; corners are shares of the element's width and height."""
        element = self.find(role, name)
        self.run("arguments[0].scrollIntoView({block: 'center'})", element)
        box = self.run("const b = arguments[0].getBoundingClientRect(); return [b.x, b.y, b.width, b.height]", element)
        for stroke in strokes:
            corners = [(round(box[0] + x * box[2]), round(box[1] + y * box[3])) for x, y in stroke]
            moves = [{"type": "pointerMove", "duration": 60, "x": x, "y": y} for x, y in corners]
            down, up = {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}
            mouse = {
                "type": "pointer",
                "id": "mouse",
                "parameters": {"pointerType": "mouse"},
                "actions": [moves[0], down, *moves[1:], up],
            }
            self._ask("POST", "actions", {"actions": [mouse]})

    @property
    def complaints(self) -> list[str]:
        """Errors and refusals that the page's console got."""
        return [line for line in self.lines if "CONSOLE" in line and "ERROR" in line]


class WebDriverError(Exception):
    """The driver could not; the text says why."""
