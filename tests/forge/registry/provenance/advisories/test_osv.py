"""Reading lists of advisories, and comparing them with bills of materials: what is refused, overlooked and matches."""

from __future__ import annotations

import json
from typing import Any

import pytest

from forge.registry.provenance.advisories.debian import debian_order
from forge.registry.provenance.advisories.matching import (
    BadBill,
    KnownVulnerability,
    components_in,
    findings,
    index_of,
    sources_of,
    uncompared_sources,
)
from forge.registry.provenance.advisories.osv import BadAdvisories, read_advisories
from tests.support.cases import each_case


def entry(*events: dict[str, str], **fields: Any) -> dict[str, Any]:
    """An advisory about hammer-forge, with one range of these events."""
    ranges = [{"type": "ECOSYSTEM", "events": list(events)}] if events else []
    package = {"package": {"ecosystem": "PyPI", "name": "Hammer_Forge"}, "ranges": ranges}
    return {"id": "GHSA-1", "affected": [package]} | fields


def bill(*components: dict[str, Any]) -> bytes:
    return json.dumps({"bomFormat": "CycloneDX", "components": list(components)}).encode()


TOOLCHAIN = {"type": "application", "name": "hammer-forge", "version": "1.2.0"}


def matches(*entries: dict[str, Any], component: dict[str, Any] = TOOLCHAIN) -> tuple[KnownVulnerability, ...]:
    return findings(components_in(bill(component)), index_of(read_advisories(json.dumps(entries).encode())))


@each_case(
    "data",
    [
        b"",
        b"not json",
        b"\xff\xfe",
        b"[" * 200_000,
        b"null",
        b'"text"',
        b"{}",
        b'{"vulns": {}}',
        b"[1]",
        b"[[]]",
        b"[{}]",
        b'[{"id": 7}]',
        b'[{"id": ""}]',
        b'[{"id": "<script>"}]',
        b'[{"id": "A", "affected": {}}]',
        b'[{"id": "A", "affected": [7]}]',
        b'[{"id": "A", "affected": [{"package": "x"}]}]',
        b'[{"id": "A", "severity": [{}]}]',
        b'[{"id": "A", "database_specific": 7}]',
        json.dumps([entry({"since": "0"})]).encode(),
        json.dumps([entry({"introduced": "0", "fixed": "1"})]).encode(),
        json.dumps([entry(*[{"introduced": "0"}] * 10_001)]).encode(),
        json.dumps([{"id": "A", "affected": [{"package": {"ecosystem": "PyPI", "name": "a" * 1001}}]}]).encode(),
    ],
    ids=repr,
)
def test_a_damaged_list_is_refused(data: bytes) -> None:
    with pytest.raises(BadAdvisories):
        read_advisories(data)


def test_one_damaged_entry_refuses_the_list_and_is_named() -> None:
    with pytest.raises(BadAdvisories, match="entry 2 is damaged"):
        read_advisories(json.dumps([entry({"introduced": "0"}), {"id": None}]).encode())


@each_case("data", [b"", b"[]", b"null", b"[" * 200_000, b'{"components": [7]}', b'{"components": 7}'])
def test_a_damaged_bill_is_refused(data: bytes) -> None:
    with pytest.raises(BadBill):
        components_in(data)


def test_a_bill_that_would_take_long_is_refused() -> None:
    with pytest.raises(BadBill):
        components_in(bill(*[TOOLCHAIN] * 10_001))
    with pytest.raises(BadBill):
        components_in(bill(TOOLCHAIN | {"version": "1" * 1001}))
    entries = [entry({"introduced": "0"}, id=f"GHSA-{number}") for number in range(300)]
    advisories = index_of(read_advisories(json.dumps(entries).encode()))
    versions = [TOOLCHAIN | {"version": f"1.{number}"} for number in range(100)]
    with pytest.raises(BadBill, match="30,000 times"):
        findings(components_in(bill(*versions)), advisories)


def test_what_was_withdrawn_and_what_is_about_commits_is_overlooked() -> None:
    assert matches(entry({"introduced": "0"}, withdrawn="2026-01-01T00:00:00Z")) == ()
    commits = entry({"introduced": "0"})
    commits["affected"][0]["ranges"][0]["type"] = "GIT"
    assert matches(commits) == ()


@each_case(
    "component",
    [
        {"name": "hammer-forge"},
        {"name": "hammer", "version": "1.2.0"},
        {"name": "hammer-forge", "version": "1.2.0", "purl": "pkg:npm/hammer-forge@1.2.0"},
        {"name": "hammer-forge", "version": "1.2.0", "purl": "pkg:pypi/hammer@1.2.0"},
    ],
)
def test_other_packages_and_components_without_a_version_are_overlooked(component: dict[str, Any]) -> None:
    assert matches(entry({"introduced": "0"}), component=component) == ()


@each_case(
    ("events", "is_affected"),
    [
        ([{"introduced": "0"}], True),
        ([{"introduced": "0"}, {"fixed": "1.2.0"}], False),
        ([{"introduced": "0"}, {"fixed": "1.2.1"}], True),
        ([{"fixed": "1.2.1"}, {"introduced": "0"}], True),
        ([{"introduced": "1.2.1"}], False),
        ([{"introduced": "1.2.0"}, {"last_affected": "1.2.0"}], True),
        ([{"introduced": "0"}, {"last_affected": "1.1.9"}], False),
        ([{"introduced": "0"}, {"fixed": "1.0"}, {"introduced": "1.2"}, {"fixed": "1.3"}], True),
        ([{"introduced": "0"}, {"fixed": "1.0"}, {"introduced": "1.3"}], False),
        ([{"introduced": "0"}, {"limit": "1.2.0"}], False),
        ([{"introduced": "0"}, {"limit": "*"}], True),
        # By numbers and not by letters.
        ([{"introduced": "0"}, {"fixed": "1.10"}], True),
        # Nobody can say that it is not affected.
        ([{"introduced": "0"}, {"fixed": "the next one"}], True),
    ],
)
def test_ranges(events: list[dict[str, str]], is_affected: bool) -> None:
    assert bool(matches(entry(*events))) == is_affected


def test_a_version_that_cannot_be_compared_counts_as_affected_unless_it_is_another_package() -> None:
    odd = TOOLCHAIN | {"version": "of today"}
    assert len(matches(entry({"introduced": "0"}, {"fixed": "1.0"}), component=odd)) == 1
    assert matches(entry({"introduced": "0"}), component=odd | {"name": "other"}) == ()


def test_a_list_of_versions_is_compared_as_it_is_written() -> None:
    advisory = entry()
    advisory["affected"][0]["versions"] = ["1.2.0"]
    assert [each.id for each in matches(advisory)] == ["GHSA-1"]
    assert matches(advisory, component=TOOLCHAIN | {"version": "1.2.1"}) == ()


def test_a_finding_has_its_severity_and_the_next_version_without_it() -> None:
    events = [{"introduced": "0"}, {"fixed": "1.1.5"}, {"introduced": "1.2"}, {"fixed": "1.10"}]
    (one,) = matches(entry(*events, database_specific={"severity": "HIGH"}))
    assert one == KnownVulnerability("GHSA-1", "hammer-forge", "1.2.0", "high", "1.10")
    (finding,) = matches(entry({"introduced": "0"}, severity=[{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N"}]))
    assert (finding.severity, finding.fixed_version) == ("CVSS:3.1/AV:N", "")


def test_a_package_address_names_the_registry_and_the_version() -> None:
    advisory = {
        "id": "GHSA-2",
        "affected": [{"package": {"ecosystem": "npm", "name": "@acme/door"}, "versions": ["2.0"]}],
    }
    component = {"name": "door", "purl": "pkg:npm/%40acme/door@2.0?type=module"}
    (finding,) = matches(advisory, component=component)
    assert (finding.component, finding.version) == ("@acme/door", "2.0")


OPENSSL = {"name": "openssl", "purl": "pkg:deb/debian/openssl@3.0.9-1?arch=amd64&distro=debian-12"}


def about_openssl(*fixes: str, ecosystem: str = "Debian:12") -> dict[str, Any]:
    events = [{"introduced": "0"}, *({"fixed": each} for each in fixes)]
    package = {
        "package": {"ecosystem": ecosystem, "name": "openssl"},
        "ranges": [{"type": "ECOSYSTEM", "events": events}],
    }
    return {"id": "DEBIAN-CVE-1", "affected": [package]}


@each_case(
    ("advisory", "is_affected"),
    [
        (about_openssl(), True),
        (about_openssl("3.0.9-1+deb12u1"), True),
        (about_openssl("3.0.9-1"), False),
        (about_openssl("3.0.9-1~deb12u1"), False),
        (about_openssl("3.0.9a-1"), True),
        (about_openssl("1:1.0-1"), True),
        (about_openssl("3.1", ecosystem="Debian"), True),
        (about_openssl("3.1", ecosystem="Debian:13"), False),
        (about_openssl("3.1", ecosystem="Ubuntu:22.04:LTS"), False),
        (about_openssl("3.1", ecosystem="PyPI"), False),
        (about_openssl("the_next_one"), True),
    ],
)
def test_a_debian_package_is_compared_within_its_release(advisory: dict[str, Any], is_affected: bool) -> None:
    assert bool(matches(advisory, component=OPENSSL)) == is_affected


def test_a_debian_package_of_no_known_release_is_compared_with_each() -> None:
    purls = ("pkg:deb/debian/openssl@3.0.9-1", "pkg:deb/openssl@3.0.9-1?distro=bookworm")
    for purl in purls:
        (one,) = matches(about_openssl("3.0.10-1"), component={"name": "openssl", "purl": purl})
        assert (one.component, one.version, one.fixed_version) == ("openssl", "3.0.9-1", "3.0.10-1")


@each_case(
    ("qualifiers", "is_affected"),
    [
        ("upstream=openssl", True),
        ("arch=amd64&upstream=openssl%403.0.8-1&distro=debian-12", True),
        ("upstream=openssl@3.0.10-1%2Bdeb12u1", False),
        ("upstream=openssl@3.0.10-1+deb12u1", False),
        ("upstream=other", False),
        ("", False),
    ],
)
def test_a_debian_package_is_compared_by_its_source_package(qualifiers: str, is_affected: bool) -> None:
    component = {"name": "libssl3", "purl": f"pkg:deb/debian/libssl3@3.0.9-1?{qualifiers}"}
    assert bool(matches(about_openssl("3.0.10-1"), component=component)) == is_affected


@each_case(
    ("purl", "expected"),
    [
        ("pkg:apk/alpine/busybox@1.36", ("apk",)),
        ("pkg:rpm/fedora/curl@8.0", ("rpm",)),
        ("pkg:maven/org.acme/door@1.0", ("maven",)),
        ("pkg:gem/door@1.0", ("gem",)),
        # The list has nothing about these either.
        ("pkg:pypi/door@1.0", ("PyPI",)),
        ("pkg:deb/debian/openssl@3.0.9-1?distro=debian-11", ("Debian 11",)),
        ("pkg:deb/debian/openssl@3.0.9-1?distro=debian-12", ()),
        ("pkg:deb/debian/openssl@3.0.9-1", ()),
        ("", ()),
    ],
)
def test_packages_of_which_the_list_says_nothing_are_named(purl: str, expected: tuple[str, ...]) -> None:
    sources = sources_of(read_advisories(json.dumps([about_openssl()]).encode()))
    component = {"name": "door", "version": "1.0", "purl": purl}
    assert uncompared_sources(components_in(bill(component)), sources) == expected


def test_debian_versions_are_ordered_as_dpkg_orders_them() -> None:
    versions = [
        "0", "0~a", "1.0~~", "1.0~~a", "1.0~", "1.0~rc1-1", "1.0", "1.0-1", "1.0-1+b1", "1.0-1.1", "1.0a", "1.0+dfsg-1",
        "1.0.1", "1.2", "1.10", "1.10-2", "1.10-10", "1:0.1", "2:0",
    ]  # fmt: skip
    result = versions[::-1]
    result.sort(key=debian_order)
    assert result == versions
    assert debian_order("1.0") == debian_order("1.0-0") == debian_order("0:1.00")
    for text in ("", "a b", "1:", ":1", "1_0"):
        with pytest.raises(ValueError, match="not a version of a Debian package"):
            debian_order(text)
