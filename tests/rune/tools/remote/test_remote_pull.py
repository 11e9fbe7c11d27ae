"""`rune login` and `rune pull` from the outside, against a registry over a real socket."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rune.tools.cli import main
from tests.support.servers.simulated_registry import Answer, SimulatedRegistry, digest_of, simulated_registry

RUNE = b"\0asm\1\0\0\0" + bytes(range(256)) * 40


@pytest.fixture
def registry() -> Iterator[SimulatedRegistry]:
    with simulated_registry() as registry:
        yield registry


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path


def rune(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, list(arguments), input=stdin)


@pytest.mark.protects("registry/stored-logins")
def test_a_login_is_kept_in_a_file_that_only_its_owner_reads(registry: SimulatedRegistry, home: Path) -> None:
    registry.token = "secret-token"
    result = rune("login", registry.address, "--token-stdin", stdin="secret-token\n")
    assert result.exit_code == 0, result.output
    path = home / "config" / "rune" / "credentials.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text()) == {"tokens": {registry.address: "secret-token"}, "usual": registry.address}
    assert "secret-token" not in result.output


def test_a_token_that_does_not_hold_is_not_kept(registry: SimulatedRegistry, home: Path) -> None:
    registry.token = "the right one"
    result = rune("login", registry.address, "--token-stdin", stdin="wrong")
    assert result.exit_code == 4
    assert "invalid or has expired" in result.output
    assert not (home / "config" / "rune" / "credentials.json").exists()


def test_a_token_of_the_api_that_may_not_pull_is_kept_and_the_command_says_so(
    registry: SimulatedRegistry, home: Path
) -> None:
    """A token for `rune data` is one, which a guide tells people to hand over like this."""
    reason = b'{"errors":[{"code":"DENIED","message":"This token may not pull."}]}'
    registry.answers["/v2/"] = Answer(403, reason)
    foreign = rune("login", registry.address, "--token-stdin", stdin="foreign")
    assert (foreign.exit_code, "This token may not pull." in foreign.output) == (4, True)
    registry.answers["/api/v1/me/token"] = Answer(200, b'{"scopes": ["project:read", "project:write\\u001b[2J"]}')
    result = rune("login", registry.address, "--token-stdin", stdin="data")
    assert result.exit_code == 0, result.output
    assert "Its scopes: project:read, project:write" in result.output
    assert "\x1b" not in result.output
    assert "This token cannot pull runes, push or sign runes, publish blocks or write data." in result.output
    assert "Create a token with registry:pull, registry:push, rune:publish and project:write" in result.output
    registry.answers["/api/v1/me/token"] = Answer(401, b'{"title": "Not signed in", "detail": "It is invalid."}')
    assert rune("login", registry.address, "--token-stdin", stdin="ended").exit_code == 4


def test_a_token_that_may_pull_is_told_what_else_it_may_do(registry: SimulatedRegistry, home: Path) -> None:
    everything = ["registry:pull", "registry:push", "rune:publish", "project:read", "project:write"]
    registry.answers["/api/v1/me/token"] = Answer(200, json.dumps({"scopes": everything}).encode())
    assert "cannot" not in rune("login", registry.address, "--token-stdin", stdin="t").output
    registry.answers["/api/v1/me/token"] = Answer(200, json.dumps({"scopes": everything[:1]}).encode())
    result = rune("login", registry.address, "--token-stdin", stdin="t")
    assert "Its scopes: registry:pull.\nThis token cannot push or sign runes, publish blocks" in result.output


@pytest.mark.parametrize("body", [b'{"scopes": 3}', b"[]", b"{}"])
def test_a_registry_that_names_no_scopes_is_signed_in_to_all_the_same(
    registry: SimulatedRegistry, home: Path, body: bytes
) -> None:
    registry.answers["/api/v1/me/token"] = Answer(200, body)
    result = rune("login", registry.address, "--token-stdin", stdin="t")
    assert (result.exit_code, "scopes" in result.output) == (0, False), result.output


def test_a_token_asked_for_is_not_echoed(registry: SimulatedRegistry, home: Path) -> None:
    registry.token = "typed-token"
    result = rune("login", registry.address, stdin="typed-token\n")
    assert result.exit_code == 0, result.output
    assert "typed-token" not in result.output


@pytest.mark.slow
def test_a_rune_is_pulled_from_the_usual_registry_byte_for_byte(registry: SimulatedRegistry, home: Path) -> None:
    registry.token = "t0k3n"
    registry.publish("acme/keywords", "1.0", RUNE)
    rune("login", registry.address, "--token-stdin", stdin="t0k3n")
    result = rune("pull", "acme/keywords:1.0")
    assert result.exit_code == 0, result.output
    assert Path("keywords.rune").read_bytes() == RUNE
    assert digest_of(RUNE) in result.output


def test_a_rune_is_pulled_by_digest_into_a_named_file(registry: SimulatedRegistry, home: Path) -> None:
    digest = registry.publish("acme/keywords", "1.0", RUNE)
    result = rune("pull", f"{registry.address}/acme/keywords@{digest}", "-o", "there.rune")
    assert result.exit_code == 0, result.output
    assert Path("there.rune").read_bytes() == RUNE


@pytest.mark.protects("registry/wrong-bytes")
def test_changed_bytes_are_refused_and_nothing_is_left(registry: SimulatedRegistry, home: Path) -> None:
    registry.publish("acme/keywords", "1.0", RUNE)
    changed = RUNE[:-1] + b"!"
    registry.answers[f"/v2/acme/keywords/blobs/{digest_of(RUNE)}"] = Answer(200, changed)
    result = rune("pull", f"{registry.address}/acme/keywords:1.0")
    assert result.exit_code == 6
    assert digest_of(changed) in result.output
    assert not list(Path.cwd().iterdir())


def test_a_manifest_that_is_not_the_promised_one_is_refused(registry: SimulatedRegistry, home: Path) -> None:
    digest = registry.publish("acme/keywords", "1.0", RUNE)
    registry.publish("acme/keywords", "2.0", RUNE + b"more")
    registry.answers[f"/v2/acme/keywords/manifests/{digest}"] = registry.answers["/v2/acme/keywords/manifests/2.0"]
    assert rune("pull", f"{registry.address}/acme/keywords@{digest}").exit_code == 6


def test_a_longer_rune_than_promised_is_refused_before_its_end(registry: SimulatedRegistry, home: Path) -> None:
    registry.publish("acme/keywords", "1.0", RUNE)
    registry.answers[f"/v2/acme/keywords/blobs/{digest_of(RUNE)}"] = Answer(200, RUNE * 50)
    result = rune("pull", f"{registry.address}/acme/keywords:1.0")
    assert result.exit_code == 1
    assert "longer than" in result.output


def test_an_artifact_of_another_kind_is_named_and_not_written(registry: SimulatedRegistry, home: Path) -> None:
    config = {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest_of(b""), "size": 0}
    registry.publish("acme/image", "1", RUNE, config=config)
    result = rune("pull", f"{registry.address}/acme/image:1")
    assert result.exit_code == 7
    assert "not a rune" in result.output
    assert not list(Path.cwd().iterdir())


@pytest.mark.parametrize("manifest", [b"", b"[]", b"{}", b'{"config": 1, "layers": 2}', b"\xff\xfe", b'"x"'])
def test_a_broken_manifest_ends_in_one_sentence(registry: SimulatedRegistry, home: Path, manifest: bytes) -> None:
    registry.answers["/v2/acme/broken/manifests/1"] = Answer(200, manifest)
    result = rune("pull", f"{registry.address}/acme/broken:1")
    assert result.exit_code in (1, 7)
    assert result.output.startswith("Error: ")
    assert "Traceback" not in result.output


def test_an_unknown_rune_says_where_it_was_looked_for(registry: SimulatedRegistry, home: Path) -> None:
    result = rune("pull", f"{registry.address}/acme/nothing:1")
    assert result.exit_code == 5
    assert "acme/nothing:1" in result.output
    assert "rune login" in result.output


def test_a_registry_that_does_not_answer_is_named(home: Path) -> None:
    with simulated_registry() as registry:
        address = registry.address
    result = rune("pull", f"{address}/acme/keywords:1")
    assert result.exit_code == 3
    assert address in result.output


def test_without_a_registry_the_command_says_how_to_name_one(home: Path) -> None:
    result = rune("pull", "acme/keywords:1")
    assert result.exit_code == 2
    assert "rune login" in result.output


def test_plain_http_to_another_machine_is_refused_unless_asked_for(home: Path) -> None:
    assert rune("login", "http://forge.example", "--token-stdin", stdin="x").exit_code == 2
    assert rune("pull", "http://forge.example/acme/keywords:1").exit_code == 2


@pytest.mark.protects("registry/forwarded-tokens")
def test_the_token_never_goes_where_the_registry_sends_us(registry: SimulatedRegistry, home: Path) -> None:
    with simulated_registry() as storage:
        registry.publish("acme/keywords", "1.0", RUNE)
        storage.answers["/elsewhere"] = Answer(200, RUNE)
        redirect = Answer(307, b"", {"Location": f"{storage.address}/elsewhere"})
        registry.answers[f"/v2/acme/keywords/blobs/{digest_of(RUNE)}"] = redirect
        rune("login", registry.address, "--token-stdin", stdin="t0k3n")
        result = rune("pull", "acme/keywords:1.0")
        assert result.exit_code == 0, result.output
        assert storage.seen == [("/elsewhere", None)]
    assert all(authorization == "Bearer t0k3n" for _, authorization in registry.seen)


def test_a_redirect_to_plain_http_elsewhere_is_refused(registry: SimulatedRegistry, home: Path) -> None:
    registry.publish("acme/keywords", "1.0", RUNE)
    redirect = Answer(307, b"", {"Location": "http://forge.example/x"})
    registry.answers[f"/v2/acme/keywords/blobs/{digest_of(RUNE)}"] = redirect
    result = rune("pull", f"{registry.address}/acme/keywords:1.0")
    assert result.exit_code == 2
    assert "not https" in result.output


def test_a_damaged_file_of_tokens_is_named(registry: SimulatedRegistry, home: Path) -> None:
    path = home / "config" / "rune" / "credentials.json"
    path.parent.mkdir(parents=True)
    path.write_text('{"tokens": [')
    result = rune("pull", "acme/keywords:1")
    assert result.exit_code == 1
    assert str(path) in result.output
