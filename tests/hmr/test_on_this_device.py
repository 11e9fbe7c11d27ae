"""`hmr` on a device alone: a real daemon, the real toolchain and no server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import hmr
import rune
from tests.support.hmrd.local_project import CONFIG, MODEL, NUMBERS, SOURCE, LocalSine, local_sine
from tests.support.hmrd.waiting import wait_until

pytestmark = pytest.mark.slow

CONSENT = ("--consent", "Ada agreed.", "--until", "2099-01-31")


@pytest.fixture
def sine(tmp_path: Path) -> Iterator[LocalSine]:
    with local_sine(tmp_path) as sine:
        yield sine


def collect(sine: LocalSine, label: str) -> None:
    sine.device.say("collect", "--label", label, *CONSENT)


def result_of(sine: LocalSine, version: str) -> list[object]:
    return [each["outputs"] for each in sine.answers if each["version"] == version]


def error_of(sine: LocalSine, version: str = "1.0", seconds: float = 60.0) -> hmr.HmrError:
    with pytest.raises(hmr.HmrError) as error:
        sine.rune(version).deploy(seconds=seconds)
    return error.value


def test_a_device_goes_from_recordings_to_another_rune_and_back(sine: LocalSine) -> None:
    sine.device.start()
    collect(sine, "angle")
    project = sine.rune()
    first = project.deploy()
    assert (first.name, first.version, first.former) == ("sine", "1.0", "")
    assert first.digest == project.build().id
    wait_until(lambda: len(result_of(sine, "1.0")) == len(NUMBERS), "an answer for each number")

    data = project.get_data()
    x, labels = data.arrays()
    np.testing.assert_array_equal(x.ravel(), NUMBERS)
    assert [data.labels[each] for each in labels] == ["angle"] * len(NUMBERS)

    figures = project.set_model(sine.other_model(), path=MODEL)
    assert (figures.path, figures.row().size) == (MODEL, (sine.folder / MODEL).stat().st_size)
    build = project.build()
    assert build.id != first.digest
    assert build.arena is not None
    project.version = "1.1"
    second = project.deploy()
    assert (second.version, second.digest, second.former) == ("1.1", build.id, "1.0")
    wait_until(lambda: len(result_of(sine, "1.1")) == len(NUMBERS), "an answer of the new rune for each number")
    assert result_of(sine, "1.1") != result_of(sine, "1.0")

    assert sine.device.say("go-back") == "Runs 1.0 again.\n"
    sine.device.wait_for_version("1.0")


def test_deleted_and_expired_recordings_are_not_among_the_data(sine: LocalSine, tmp_path: Path) -> None:
    later = tmp_path / "later"
    sine.device.extra = f"""
import hmrd.clock, pathlib
now = hmrd.clock.Clock.now
hmrd.clock.Clock.now = lambda self: now(self) + 1e10 * pathlib.Path({str(later)!r}).exists()
"""
    sine.device.start()
    project = sine.rune()
    for number, label in enumerate(("one", "two"), start=1):
        collect(sine, label)
        project.version = label
        project.set_model(sine.other_model() if number == 2 else sine.folder / MODEL, path=MODEL)
        project.deploy()
        line = f"{number}: {label}, {len(NUMBERS)} recordings"
        wait_until(lambda line=line: line in sine.device.say("collect", "--list"), "recordings")  # type: ignore[misc]
    sine.device.say("collect", "--end")
    before = project.get_data()
    assert before.labels == ("one", "two")

    sine.device.say("collect", "--delete", "1")
    assert project.get_data().labels == ("two",)
    with pytest.raises(rune.DataError):
        before.arrays()

    later.write_text("")
    with pytest.raises(hmr.HmrError, match="no recordings") as error:
        project.get_data()
    assert error.value.name == "not-there"
    assert not list((sine.device.state / "recordings" / "data").rglob("*.csv"))


def test_a_file_of_nobody_s_session_is_not_among_the_data(sine: LocalSine) -> None:
    sine.device.start()
    collect(sine, "angle")
    sine.rune().deploy()
    wait_until(lambda: f"{len(NUMBERS)} recordings" in sine.device.say("collect", "--list"), "recordings")
    (sine.device.state / "recordings" / "data" / "angle" / "session-11-0000001.csv").write_text("value\n7\n")
    assert len(sine.rune().get_data()) == len(NUMBERS)


def test_a_device_that_goes_back_says_why(sine: LocalSine) -> None:
    sine.device.start()
    sine.rune().deploy()
    sine.device.config.write_text(sine.device.config.read_text().replace(CONFIG, f'{CONFIG}check = ["false"]\n'))
    sine.device.reload()
    project = sine.rune("1.1")
    project.set_model(sine.other_model(), path=MODEL)
    with pytest.raises(hmr.HmrError, match=r"1\.1 does not run: check-refused: .*\. 1\.0 runs\.") as error:
        project.deploy()
    assert error.value.name == "rune-refused"


def test_a_missing_source_is_named(tmp_path: Path) -> None:
    with local_sine(tmp_path, CONFIG) as sine:
        sine.device.start()
        error = error_of(sine)
    assert error.name == "rune-refused"
    assert "[rune.source.number]" in str(error)
    assert "Nothing runs" in str(error)


def test_a_trial_that_goes_on_is_not_waited_for_longer_than_asked(sine: LocalSine) -> None:
    sine.device.trial = 60.0
    sine.device.start()
    error = error_of(sine, seconds=1.0)
    assert error.name == "too-slow"
    assert "hmrd status" in str(error)


def test_a_device_without_a_rune_of_its_own_refuses(tmp_path: Path) -> None:
    with local_sine(tmp_path, (CONFIG + SOURCE).replace('from = "local"\n', "")) as sine:
        sine.device.start()
        error = error_of(sine)
    assert error.name == "not-there"
    assert 'from = "local"' in str(error)


def test_a_project_that_does_not_build_leaves_the_device_as_it_is(sine: LocalSine) -> None:
    sine.device.start()
    (sine.folder / "Runefile.yml").write_text("version: 1\n")
    assert error_of(sine).name == "build-failed"
    assert sine.device.rune["wanted"] is None
