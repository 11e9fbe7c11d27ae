from __future__ import annotations

import pytest

from hmrd.config.model import InputFormat, Origin, SinkKind, SourceConfig, SourceKind
from hmrd.config.reading import BadConfig, read_config

WHOLE = """\
[device]
board = "raspberry-pi-5"

[server]
mirror = "https://registry.example/acme/door-knock"

[[rune]]
name = "knock"
from = "server"
seconds = 2
check = ["/usr/local/bin/knock-check", "--fast"]
check_seconds = 5.5

[rune.source.audio]
command = ["arecord", "-q", "-t", "raw"]
format = "raw"
hop = 8000

[[rune.sinks]]
kind = "stdout"

[[rune.sinks]]
kind = "mqtt"
url = "mqtts://broker.example:8883"
topic = "door/knock"
user = "gw-1"
password_file = "/etc/hmrd/mqtt-password"

[[rune]]
name = "motion"
from = "local"
source = { raw = { pipe = "/run/motion", format = "lines" } }
sinks = [{ kind = "http", url = "https://example.com/answers?x=1" }, { kind = "command", command = ["logger"] }]
"""


def errors_of(text: str) -> list[str]:
    with pytest.raises(BadConfig) as failure:
        read_config(text)
    return [str(each) for each in failure.value.errors]


def test_a_whole_configuration_is_read() -> None:
    config = read_config(WHOLE)

    knock, motion = config.runes
    assert config.board == "raspberry-pi-5"
    assert config.mirror is not None
    assert config.mirror.url == "https://registry.example/acme/door-knock"
    assert knock.sources["audio"] == SourceConfig(
        SourceKind.COMMAND, ("arecord", "-q", "-t", "raw"), InputFormat.RAW, 8000
    )
    assert [each.kind for each in knock.sinks] == [SinkKind.STDOUT, SinkKind.MQTT]
    assert (knock.seconds, knock.check_seconds) == (2.0, 5.5)
    assert motion.origin is Origin.LOCAL
    assert motion.sources["raw"].format is InputFormat.LINES
    assert [each.kind for each in motion.sinks] == [SinkKind.HTTP, SinkKind.COMMAND]


def test_an_empty_file_runs_what_the_server_wants() -> None:
    (rune,) = read_config("").runes

    assert rune.origin is Origin.SERVER
    assert [each.kind for each in rune.sinks] == [SinkKind.STDOUT]


@pytest.mark.parametrize(
    ("wrong", "right", "error"),
    [
        ('from = "server"', 'from = "sever"', "line 9: rune.from takes one of server, local."),
        ("seconds = 2\n", 'seconds = "2"\n', "line 10: rune.seconds takes a number from 0.001 to 3600."),
        ("hop = 8000", "hop = 0", "line 17: rune.source.audio.hop takes a whole number from 1 to 1,000,000,000."),
        ('topic = "door/knock"', 'topic = "door/#"', "line 25: topic takes the name of a topic, without + and #."),
        ("check_seconds", "chek_seconds", "line 12: rune.chek_seconds is not known. This table takes name,"),
        ('name = "motion"', 'name = "knock"', "line 30: Another rune is called knock already."),
        ('from = "local"', 'from = "server"', "line 31: One rune is from the server."),
        ('format = "raw"\n', 'format = "raw\n', "line 16: Illegal character"),
        ("mirror = ", "mirror = 3 # ", "line 5: server.mirror takes a text."),
        ('command = ["arecord"', 'file = "x"\ncommand = ["arecord"', "line 14: rune.source.audio takes one of file,"),
        ('kind = "mqtt"', 'kind = "mqt"', "line 23: rune.sinks.kind takes one of stdout, mqtt, http, command."),
    ],
)
def test_a_wrong_line_is_named_with_what_it_takes(wrong: str, right: str, error: str) -> None:
    assert wrong in WHOLE
    assert errors_of(WHOLE.replace(wrong, right, 1))[0].startswith(error)


def test_all_wrong_lines_are_named_at_once() -> None:
    text = WHOLE.replace("seconds = 2\n", "seconds = true\n").replace("hop = 8000", 'hop = "x"')

    assert [each.partition(":")[0] for each in errors_of(text)] == ["line 10", "line 17"]


def test_a_sink_of_an_unknown_kind_is_one_error() -> None:
    assert len(errors_of(WHOLE.replace('kind = "mqtt"', 'kind = "mqt"'))) == 1


@pytest.mark.parametrize("text", ['[[rune]]\nname = "A b"', "rune = 3", "[device]\nboard = 'X'", "device = 1"])
def test_other_shapes_are_refused_with_a_line(text: str) -> None:
    assert errors_of(text)[0].startswith("line ")
