from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from hmrd.network.http import HttpRequest, ServerFailed, Transport
from hmrd.protocol.problems import ProblemName
from hmrd.server_address import read_address
from tests.support.servers.certificates import write_certificate
from tests.support.servers.listening import QuietHandler, http_server


class Handler(QuietHandler):
    def do_GET(self) -> None:
        self.respond(200, b"{}", {"Content-Type": "application/json"})


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return write_certificate(tmp_path / "certificate.pem", "forge.example")


@pytest.fixture
def url(certificate: Path) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with http_server(Handler, context) as url:
        yield url


def failure_of(transport: Transport, url: str) -> ServerFailed:
    with pytest.raises(ServerFailed) as failure:
        transport.exchange(read_address(url), HttpRequest("GET", "/"), 100)
    return failure.value


def test_a_certificate_of_the_named_file_is_trusted(url: str, certificate: Path) -> None:
    assert Transport(str(certificate)).exchange(read_address(url), HttpRequest("GET", "/"), 100).body == b"{}"


def test_another_certificate_is_not_trusted(url: str) -> None:
    assert failure_of(Transport(), url).problem.name is ProblemName.SERVER_STRANGE


def test_a_file_without_certificates_is_a_fault_of_the_configuration(url: str, tmp_path: Path) -> None:
    assert failure_of(Transport(str(tmp_path / "none.pem")), url).problem.name is ProblemName.CONFIG_WRONG
