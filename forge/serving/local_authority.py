"""Certificates for `make run-lan`: an authority of this installation alone, and a server certificate signed by it.

A phone's browser gives microphone, camera and motion only to pages over HTTPS. The authority's key never leaves the
data folder, and name constraints keep the authority to private addresses, `.local` names and this machine's own
address, so trusting it on a phone cannot be used to pose as another site.
"""

from __future__ import annotations

import datetime
import ipaddress
import os
import socket
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_LIFE = datetime.timedelta(days=3650)
CERTIFICATE_LIFE = datetime.timedelta(days=397)
"""Phones refuse server certificates that are valid for longer."""
FILES = ("authority.crt", "authority.key", "server.crt", "server.key")
"""The names of the files of the folder."""
RENEW_BEFORE = datetime.timedelta(days=30)

PRIVATE_NETWORKS = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8")

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class ServerCertificate:
    """The files that the server reads, and the authority's certificate that a phone is to trust."""

    certificate: Path
    key: Path
    authority: Path


def network_address() -> ipaddress.IPv4Address | None:
    """This machine's own address on its network, or None without one. Nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Choosing a route for a datagram names the address that it would leave from; 192.0.2.0/24 is for
            # documentation (RFC 5737), and connecting a datagram socket sends no packet.
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        address = ipaddress.IPv4Address(probe.getsockname()[0])
    return None if address.is_loopback or address.is_unspecified else address


def server_certificate(folder: Path, address: IPAddress, now: datetime.datetime) -> ServerCertificate:
    """The certificate for an address, made or renewed where needed. `now` is an aware time."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority, authority_key = _authority(folder, address, now)
    files = ServerCertificate(folder / "server.crt", folder / "server.key", folder / "authority.crt")
    if not _is_good(files.certificate, authority, address, now):
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _sign_server(authority, authority_key, key.public_key(), address, now)
        _write_private(files.key, _key_bytes(key))
        files.certificate.write_bytes(_certificate_bytes(certificate))
    return files


def _authority(
    folder: Path, address: IPAddress, now: datetime.datetime
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """The authority; a new one when it is about to end, or may not vouch for the address."""
    certificate_file, key_file = folder / "authority.crt", folder / "authority.key"
    if certificate_file.exists() and key_file.exists():
        certificate = x509.load_pem_x509_certificate(certificate_file.read_bytes())
        key = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
        lasts = certificate.not_valid_after_utc - now > CERTIFICATE_LIFE
        if isinstance(key, ec.EllipticCurvePrivateKey) and lasts and _permits(certificate, address):
            return certificate, key
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _sign_authority(key, address, now)
    _write_private(key_file, _key_bytes(key))
    certificate_file.write_bytes(_certificate_bytes(certificate))
    return certificate, key


def _permits(authority: x509.Certificate, address: IPAddress) -> bool:
    constraints = authority.extensions.get_extension_for_class(x509.NameConstraints).value
    networks = [name.value for name in constraints.permitted_subtrees or [] if isinstance(name, x509.IPAddress)]
    return any(address in network for network in networks if isinstance(network, Network))


def _sign_authority(key: ec.EllipticCurvePrivateKey, address: IPAddress, now: datetime.datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Hammer Forge on {socket.gethostname()}"[:64])])
    own = ipaddress.ip_network(address)
    networks: list[x509.GeneralName] = [
        x509.IPAddress(network) for network in (own, *map(ipaddress.ip_network, PRIVATE_NETWORKS))
    ]
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.NameConstraints(permitted_subtrees=[*networks, x509.DNSName("local")], excluded_subtrees=None),
            critical=True,
        )
        .sign(key, hashes.SHA256())
    )


def _sign_server(
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    key: ec.EllipticCurvePublicKey,
    address: IPAddress,
    now: datetime.datetime,
) -> x509.Certificate:
    # The address is in the alternative name alone: as a common name it would count as a host name, which the
    # authority's constraints forbid.
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Hammer Forge server")]))
        .issuer_name(authority.subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + CERTIFICATE_LIFE - datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(address)]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )


def _is_good(file: Path, authority: x509.Certificate, address: IPAddress, now: datetime.datetime) -> bool:
    """Returns whether there is a server certificate of this authority, for this address, and valid for a while."""
    if not file.exists():
        return False
    certificate = x509.load_pem_x509_certificate(file.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return (
        certificate.issuer == authority.subject
        and address in names.get_values_for_type(x509.IPAddress)
        and certificate.not_valid_after_utc - now > RENEW_BEFORE
    )


def _key_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _certificate_bytes(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _write_private(file: Path, data: bytes) -> None:
    """Writes a file that only its owner can read, also when it was there with other rights."""
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as output:
        output.write(data)
