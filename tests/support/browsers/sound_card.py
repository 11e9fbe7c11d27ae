"""A sound card that is not there: PulseAudio, whose one microphone hears a wav file over and over.

Firefox and WebKit have no microphone from a file, and without a sound card Firefox runs no Web Audio at all.
"""

from __future__ import annotations

import os
import subprocess
import time
import wave
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

from tools.browser import sound_programs

START_TIME = 30
"""Seconds in which PulseAudio must answer."""
MODULES = (
    "module-null-sink sink_name=speaker",
    "module-null-sink sink_name=mouth rate={rate} channels=1",
    "module-remap-source master=mouth.monitor source_name=microphone",
)


class NoSoundCard(Exception):
    """PulseAudio is not installed; the text says how to get it."""


@contextmanager
def sound_card(folder: Path, word: Path) -> Iterator[dict[str, str]]:
    """The variables that a browser needs to hear `word`, a mono wav of 16 bits. Raises `NoSoundCard`."""
    if not sound_programs():
        raise NoSoundCard("no sound card can be made up; on Debian: sudo apt-get install pulseaudio")
    with wave.open(str(word)) as recording:
        rate, frames = recording.getframerate(), recording.readframes(recording.getnframes())
    socket = folder / "sound"
    own = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "PULSE_SERVER": f"unix:{socket}"}
    environment = {**os.environ, **own}
    modules = [f"module-native-protocol-unix auth-anonymous=1 socket={socket}", *MODULES]
    command = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--log-level=error"]
    command += [part for module in modules for part in ("-L", module.format(rate=rate))]
    with (folder / "sound.log").open("wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        _until_it_answers(["pactl", "set-default-source", "microphone"], environment, server)
        subprocess.run(["pactl", "set-default-sink", "speaker"], env=environment, check=True)
        with _speaking(rate, frames, environment):
            yield {"PULSE_SERVER": own["PULSE_SERVER"]}
    finally:
        server.terminate()
        server.wait(20)


@contextmanager
def _speaking(rate: int, frames: bytes, environment: dict[str, str]) -> Iterator[None]:
    """Says it until the end; the sink takes it as fast as it sounds."""
    command = ["pacat", "--playback", "--device=mouth", "--format=s16le", f"--rate={rate}", "--channels=1"]
    player = subprocess.Popen([*command, "--latency-msec=50"], stdin=subprocess.PIPE, env=environment)
    assert player.stdin is not None
    mouth = player.stdin

    def speak() -> None:
        with suppress(BrokenPipeError):
            while True:
                mouth.write(frames)

    speaker = Thread(target=speak, daemon=True)
    speaker.start()
    try:
        yield
    finally:
        player.kill()
        player.wait(20)
        speaker.join(20)
        with suppress(BrokenPipeError):
            mouth.close()


def _until_it_answers(question: list[str], environment: dict[str, str], server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_TIME
    while subprocess.run(question, env=environment, capture_output=True, check=False).returncode:
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("PulseAudio is not there; its log lies beside the test's files")
        time.sleep(0.05)  # a service that starts has no other way to be waited for
