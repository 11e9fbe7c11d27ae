from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hmrd.network.client import ServerClient, ServerClock
from hmrd.network.documents import documents_refuse
from hmrd.network.downloads import Downloads, DownloadStopped
from hmrd.network.http import ServerFailed
from hmrd.protocol.enrolment import CodeProof, EnrolmentRequest, EnrolmentWaits
from hmrd.protocol.problems import ProblemName
from hmrd.protocol.reports import Phase, Report
from hmrd.server_address import BadServerAddress, read_address
from hmrd.storage.identity import IdentityFiles, KeyFile
from hmrd.storage.slots import Slots
from tests.support.hmrd.server import CODE, DEVICE, ProtocolServer, protocol_server
from tests.support.runes import wat_runes

RUNE = wat_runes.mirror(5, 2, "u8[2]")
OTHER = wat_runes.mirror(5, 4, "u8[4]")
REPORT = Report(1, "hmrd 1", "linux-x86_64", Phase.EMPTY)


@pytest.fixture
def server() -> Iterator[ProtocolServer]:
    with protocol_server() as server:
        yield server


@pytest.fixture
def key(tmp_path: Path) -> KeyFile:
    return IdentityFiles(tmp_path / "identity").key()


@pytest.fixture
def client(server: ProtocolServer, key: KeyFile) -> ServerClient:
    server.public_key = key.public
    return ServerClient(read_address(server.url), key, DEVICE)


def never() -> bool:
    return False


def test_a_device_joins_by_a_code(server: ProtocolServer, key: KeyFile) -> None:
    client = ServerClient(read_address(server.url), key)

    enrolment = client.enrol(EnrolmentRequest(CodeProof(CODE), key.public, REPORT))

    assert enrolment == server.enrolment
    assert server.reports == [REPORT]


def test_a_device_that_nobody_confirmed_waits(server: ProtocolServer, key: KeyFile) -> None:
    server.is_confirmed = False
    client = ServerClient(read_address(server.url), key)

    assert client.enrol(EnrolmentRequest(CodeProof(CODE), key.public, REPORT)) == EnrolmentWaits(1)


def test_a_wrong_code_is_refused_by_name(server: ProtocolServer, key: KeyFile) -> None:
    client = ServerClient(read_address(server.url), key)

    with pytest.raises(ServerFailed) as failure:
        client.enrol(EnrolmentRequest(CodeProof("000000000"), key.public, REPORT))

    assert failure.value.refusal == "code-refused"


def test_an_unchanged_state_is_not_sent_again(server: ProtocolServer, client: ServerClient) -> None:
    assert client.state() == server.desired
    assert client.state() is None


def test_the_same_report_is_taken_again_and_a_lower_number_is_not(client: ServerClient) -> None:
    assert client.report(Report(4, "hmrd 1", "linux-x86_64", Phase.EMPTY)) is None
    assert client.report(Report(4, "hmrd 1", "linux-x86_64", Phase.EMPTY)) is None
    assert client.report(Report(3, "hmrd 1", "linux-x86_64", Phase.EMPTY)) == 4


def test_a_clock_in_1970_signs_by_the_time_of_the_server(server: ProtocolServer, key: KeyFile) -> None:
    server.public_key = key.public
    client = ServerClient(read_address(server.url), key, DEVICE, clock=ServerClock(lambda: 3600.0))

    assert client.state() == server.desired
    assert client.state() is None
    assert len(server.requests) == 3


def test_a_key_that_the_server_does_not_know_has_a_name(server: ProtocolServer, client: ServerClient) -> None:
    server.public_key = None

    with pytest.raises(ServerFailed) as failure:
        client.state()

    assert failure.value.problem.name is ProblemName.KEY_REFUSED


@pytest.mark.parametrize(
    ("fault", "name"),
    [
        ("html", ProblemName.SERVER_STRANGE),
        ("redirect", ProblemName.SERVER_STRANGE),
        ("garbage", ProblemName.SERVER_STRANGE),
        ("endless", ProblemName.SERVER_STRANGE),
        ("broken", ProblemName.SERVER_AWAY),
        ("away", ProblemName.SERVER_AWAY),
    ],
)
def test_an_answer_of_something_else_has_a_name(
    server: ProtocolServer, client: ServerClient, fault: str, name: ProblemName
) -> None:
    server.fault = fault

    with pytest.raises(ServerFailed) as failure:
        client.state()

    assert failure.value.problem.name is name


def test_a_new_key_signs_from_then_on(server: ProtocolServer, client: ServerClient, tmp_path: Path) -> None:
    new = IdentityFiles(tmp_path / "identity").next_key()
    client.replace_key(new)

    assert server.public_key == new.public
    assert client.state() == server.desired


@pytest.mark.parametrize(
    "text", ["http://forge.example", "https://", "ftp://a", "https://u@forge.example", "https://forge.example/x", "x"]
)
def test_an_address_without_tls_or_with_more_than_a_host_is_refused(text: str) -> None:
    with pytest.raises(BadServerAddress):
        read_address(text)


def test_a_rune_comes_in_one_piece_or_two(server: ProtocolServer, client: ServerClient, tmp_path: Path) -> None:
    wanted, slots = server.want(RUNE, 1), Slots(tmp_path / "rune")
    server.cut = 100
    downloads = Downloads(client)

    problem = downloads.fetch(wanted, slots, 0, never)
    assert problem is not None
    assert problem.name is ProblemName.SERVER_AWAY
    assert slots.fetched_bytes(wanted) == 100
    assert downloads.fetch(wanted, slots, 0, never) is None
    assert slots.read(0, wanted) == RUNE
    assert server.requests[-1][2]["Range"] == "bytes=100-"


def test_other_bytes_than_announced_are_not_kept(server: ProtocolServer, client: ServerClient, tmp_path: Path) -> None:
    wanted, slots = server.want(RUNE, 1), Slots(tmp_path / "rune")
    server.runes[wanted.rune] = RUNE[::-1]

    problem = Downloads(client).fetch(wanted, slots, 0, never)

    assert problem is not None
    assert problem.name is ProblemName.DAMAGED
    assert slots.read(0, wanted) is None


def test_a_download_ends_when_the_rune_is_not_wanted_any_more(
    server: ProtocolServer, client: ServerClient, tmp_path: Path
) -> None:
    with pytest.raises(DownloadStopped):
        Downloads(client).fetch(server.want(RUNE, 1), Slots(tmp_path), 0, lambda: True)


def test_a_mirror_sends_the_bytes_and_learns_nothing_of_the_device(
    server: ProtocolServer, client: ServerClient, tmp_path: Path
) -> None:
    wanted, slots = server.want(RUNE, 1), Slots(tmp_path)
    mirror = read_address(f"{server.url}/acme/door-knock", with_path=True)

    assert Downloads(client, mirror).fetch(wanted, slots, 0, never) is None

    ((method, path, headers),) = server.requests
    assert (method, path) == ("GET", f"/v2/acme/door-knock/blobs/{wanted.rune}")
    assert "Signature" not in headers


def test_the_server_has_the_bytes_that_a_mirror_has_not(
    server: ProtocolServer, client: ServerClient, tmp_path: Path
) -> None:
    wanted, slots = server.want(RUNE, 1), Slots(tmp_path)
    with protocol_server() as other:
        other.fault = "html"
        mirror = read_address(f"{other.url}/acme/door-knock", with_path=True)
        assert Downloads(client, mirror).fetch(wanted, slots, 0, never) is None

    assert slots.read(0, wanted) == RUNE


def test_signed_documents_allow_what_they_name(server: ProtocolServer, client: ServerClient, tmp_path: Path) -> None:
    wanted = server.want(RUNE, 1)

    assert documents_refuse(client, wanted, server.keys.root_digest, tmp_path, server.clock()) is None


def test_signed_documents_of_another_rune_allow_nothing(
    server: ProtocolServer, client: ServerClient, tmp_path: Path
) -> None:
    wanted = server.want(RUNE, 1)
    server.want(OTHER, 2)

    problem = documents_refuse(client, wanted, server.keys.root_digest, tmp_path, server.clock())
    assert problem is not None
    assert problem.name is ProblemName.SIGNATURE_REFUSED


def test_documents_of_other_keys_allow_nothing(server: ProtocolServer, client: ServerClient, tmp_path: Path) -> None:
    wanted = server.want(RUNE, 1)

    problem = documents_refuse(client, wanted, f"sha256:{'e' * 64}", tmp_path, server.clock())
    assert problem is not None
    assert problem.name is ProblemName.SIGNATURE_REFUSED


def test_documents_that_ended_have_a_name(server: ProtocolServer, client: ServerClient, tmp_path: Path) -> None:
    wanted = server.want(RUNE, 1)
    server.documents = server.keys.documents(wanted, days=200)

    problem = documents_refuse(client, wanted, server.keys.root_digest, tmp_path, server.clock())
    assert problem is not None
    assert problem.name is ProblemName.EXPIRED


def test_a_clock_in_1970_is_named_and_not_set_by_the_server(
    server: ProtocolServer, key: KeyFile, tmp_path: Path
) -> None:
    server.public_key = key.public
    wanted = server.want(RUNE, 1)
    client = ServerClient(read_address(server.url), key, DEVICE, clock=ServerClock(lambda: 0.0))

    problem = documents_refuse(client, wanted, server.keys.root_digest, tmp_path, 0.0)
    assert problem is not None
    assert problem.name is ProblemName.CLOCK_WRONG


def test_a_network_that_is_away_while_documents_are_asked_for_is_named(
    server: ProtocolServer, client: ServerClient, tmp_path: Path
) -> None:
    wanted = server.want(RUNE, 1)
    server.fault = "html"

    problem = documents_refuse(client, wanted, server.keys.root_digest, tmp_path, server.clock())
    assert problem is not None
    assert problem.name is ProblemName.SERVER_STRANGE
