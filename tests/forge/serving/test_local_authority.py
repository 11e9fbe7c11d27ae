"""The authority of `make run-lan`: a real TLS client trusts it, and it vouches for nothing outside the network."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import socket
import ssl
import stat
import threading
from pathlib import Path

import pytest
from cryptography import x509

from forge.serving.local_authority import ServerCertificate, server_certificate

NOW = datetime.datetime.now(datetime.UTC)
LOOPBACK = ipaddress.ip_address("127.0.0.1")


def handshake(files: ServerCertificate) -> dict[str, object]:
    """Connects a stock TLS client, which trusts the authority alone, to a stock TLS server."""
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_context.load_cert_chain(files.certificate, files.key)
    client_context = ssl.create_default_context(cafile=str(files.authority))
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            # A client that refuses the certificate ends the handshake, which is an error on this side too.
            with (
                contextlib.suppress(ssl.SSLError),
                connection,
                server_context.wrap_socket(connection, server_side=True) as channel,
            ):
                channel.recv(1)

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            with (
                socket.create_connection(listener.getsockname()) as plain,
                client_context.wrap_socket(plain, server_hostname="127.0.0.1") as channel,
            ):
                certificate = channel.getpeercert()
                channel.sendall(b"x")
        finally:
            thread.join()
    assert certificate is not None
    return dict(certificate)


def test_a_client_that_trusts_the_authority_accepts_the_server(tmp_path: Path) -> None:
    assert handshake(server_certificate(tmp_path, LOOPBACK, NOW))["subjectAltName"] == (("IP Address", "127.0.0.1"),)


@pytest.mark.protects("operation/local-authority")
def test_keys_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    server_certificate(tmp_path, LOOPBACK, NOW)
    for name in ("authority.key", "server.key"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_a_second_start_changes_nothing_and_a_new_address_only_the_server(tmp_path: Path) -> None:
    server_certificate(tmp_path, LOOPBACK, NOW)
    first = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    server_certificate(tmp_path, LOOPBACK, NOW)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == first
    server_certificate(tmp_path, ipaddress.ip_address("10.1.2.3"), NOW)
    changed = {file.name for file in tmp_path.iterdir() if file.read_bytes() != first[file.name]}
    assert changed == {"server.crt", "server.key"}


def test_a_certificate_is_renewed_before_it_ends(tmp_path: Path) -> None:
    server_certificate(tmp_path, LOOPBACK, NOW)
    before = (tmp_path / "server.crt").read_bytes()
    server_certificate(tmp_path, LOOPBACK, NOW + datetime.timedelta(days=380))
    assert (tmp_path / "server.crt").read_bytes() != before


def test_a_move_between_private_networks_keeps_the_authority_and_a_public_address_makes_a_new_one(
    tmp_path: Path,
) -> None:
    first = server_certificate(tmp_path, LOOPBACK, NOW).authority.read_bytes()
    assert server_certificate(tmp_path, ipaddress.ip_address("192.168.7.9"), NOW).authority.read_bytes() == first
    public = ipaddress.ip_address("198.51.100.7")
    assert server_certificate(tmp_path, public, NOW).authority.read_bytes() != first


@pytest.mark.protects("operation/local-authority")
def test_the_authority_cannot_vouch_for_another_public_address(tmp_path: Path) -> None:
    files = server_certificate(tmp_path, LOOPBACK, NOW)
    authority = x509.load_pem_x509_certificate(files.authority.read_bytes())
    constraints = authority.extensions.get_extension_for_class(x509.NameConstraints)
    assert constraints.critical
    subtrees = constraints.value.permitted_subtrees or []
    networks = [name.value for name in subtrees if isinstance(name, x509.IPAddress)]
    assert all(ipaddress.ip_network(str(network)).is_private for network in networks)


def test_a_client_refuses_a_certificate_for_another_address(tmp_path: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="IP address mismatch"):
        handshake(server_certificate(tmp_path, ipaddress.ip_address("10.1.2.3"), NOW))
