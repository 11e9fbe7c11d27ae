"""`rune rebuild` against a registry over a real socket: same bytes, other files, another toolchain, no signature."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rune.compiler.anvil.compiling import compiler
from rune.compiler.anvil.compiling.object_folder import SHARING, ObjectFolder
from rune.compiler.anvil.compiling.objects import ObjectCache
from rune.compiler.building.spec import BuildSpec, SpecOptions
from rune.project.files import MemoryFiles
from rune.toolchain import toolchain_digest
from rune.tools.cli import main
from rune.tools.cli.failure import NOT_PROVEN
from rune.tools.signing.bundles import sign_statement
from rune.tools.signing.keys import Algorithm, PrivateKey, make_private_key
from rune.tools.signing.provenance import Material, provenance_statement
from rune.tools.signing.referrers import STATEMENT_TYPE, Referrer, SubjectManifest, document, signature
from rune.tools.signing.statements import write_statement
from tests.support.compiler.template_projects import rune_of, template, with_changed_weight
from tests.support.runes.provenance import PROVENANCE
from tests.support.servers.simulated_registry import Answer, SimulatedRegistry, digest_of, simulated_registry

REPOSITORY = "acme/sine"
ARCHIVE = f"/api/v1/projects/{REPOSITORY}/versions/7/archive"


@cache
def published_rune() -> bytes:
    return rune_of(MemoryFiles(template("sine")), "sine")


def archive_of(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


@dataclass
class RebuildShop:
    """A registry that has a rune, and states where it came from."""

    registry: SimulatedRegistry
    manifest: str

    def attach(self, referrer: Referrer, kind: str) -> None:
        """Serves a referrer, and nothing else of its kind."""
        digest = digest_of(referrer.manifest)
        self.registry.answers[f"/v2/{REPOSITORY}/manifests/{digest}"] = Answer(200, referrer.manifest)
        self.registry.answers[f"/v2/{REPOSITORY}/blobs/{digest_of(referrer.layer)}"] = Answer(200, referrer.layer)
        index = {"manifests": [{"digest": digest, "artifactType": kind}]}
        query = kind.replace("/", "%2F").replace("+", "%2B")
        path = f"/v2/{REPOSITORY}/referrers/{self.manifest}?artifactType={query}"
        self.registry.answers[path] = Answer(200, json.dumps(index).encode())

    def state(self, *, toolchain: str = "", key: PrivateKey | None = None) -> None:
        """States the origin of the rune, signed where a key is named."""
        spec = BuildSpec("sha256:" + "1" * 64, toolchain or toolchain_digest(), "wasm32", SpecOptions("sine"))
        model = Material("sine.tflite", digest_of(template("sine")["sine.tflite"]), "model")
        facts = replace(
            PROVENANCE, repository=REPOSITORY, manifest=self.manifest, rune=digest_of(published_rune()),
            spec=spec.to_json(), materials=(model,),
        )  # fmt: skip
        statement, subject = write_statement(provenance_statement(facts)), SubjectManifest(self.manifest, 100)
        self.attach(document(subject, STATEMENT_TYPE, "provenance.json", statement), STATEMENT_TYPE)
        if key is not None:
            bundle = sign_statement(statement, key)
            referrer = signature(subject, bundle, key.public, "2026-11-01T10:00:00Z")
            self.attach(referrer, "application/vnd.dev.sigstore.bundle.v0.3+json")

    def rebuild(self, *options: str | Path) -> Result:
        reference = f"{self.registry.address}/{REPOSITORY}:1.0"
        return CliRunner().invoke(main, ["rebuild", reference, *map(str, options)])


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RebuildShop]:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with simulated_registry() as registry:
        registry.answers[ARCHIVE] = Answer(200, archive_of(template("sine")))
        yield RebuildShop(registry, registry.publish(REPOSITORY, "1.0", published_rune()))


@pytest.mark.slow
def test_the_version_builds_the_same_bytes(shop: RebuildShop) -> None:
    shop.state()
    result = shop.rebuild()
    assert result.exit_code == 0, result.output
    assert f"built again, same {len(published_rune()):,} bytes" in result.stdout
    assert "from version 7" in result.stdout
    assert "name a key to trust" in result.stdout
    answer = json.loads(shop.rebuild("--format", "json").stdout)
    assert answer["rebuild"]["state"] == "identical"
    assert answer["digest"] == digest_of(published_rune())


@pytest.mark.slow
@pytest.mark.protects("registry/rebuilt-runes")
def test_nothing_is_used_that_was_compiled_before(shop: RebuildShop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler, "_OBJECTS", ObjectCache[bytes](limit=1 << 20, size=len))
    monkeypatch.setattr(ObjectFolder, "get", lambda _self, _key: pytest.fail("a unit was looked up"))
    shop.state()
    SHARING.begin()
    assert shop.rebuild().exit_code == 0
    assert SHARING.folder is None


@pytest.mark.slow
@pytest.mark.protects("registry/rebuilt-runes")
def test_other_files_than_the_provenance_names_are_a_difference(shop: RebuildShop, tmp_path: Path) -> None:
    files = dict(template("sine"))
    wrong = files | {"sine.tflite": with_changed_weight(files["sine.tflite"], 0)}
    shop.registry.answers[ARCHIVE] = Answer(200, archive_of(wrong))
    shop.state()
    result = shop.rebuild()
    assert result.exit_code == 1, result.output
    assert "built from another sine.tflite" in result.stdout
    # A folder with the right files decides otherwise.
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    assert shop.rebuild("--project", tmp_path).exit_code == 0


@pytest.mark.slow
@pytest.mark.protects("registry/rebuilt-runes")
def test_another_rune_than_the_version_builds_is_a_difference(shop: RebuildShop) -> None:
    runefile = template("sine")["Runefile.yml"]
    shop.state()
    cases = ((runefile + b"\n# a comment\n", 0), (b"version: 1\nimage: any\npipeline: {}\n", 1), (b"- no: Runefile", 8))
    for text, status in cases:
        shop.registry.answers[ARCHIVE] = Answer(200, archive_of(template("sine") | {"Runefile.yml": text}))
        assert shop.rebuild().exit_code == status, text


@pytest.mark.slow
def test_the_bytes_of_another_toolchain_are_not_compared(shop: RebuildShop) -> None:
    shop.state(toolchain="sha256:" + "2" * 64)
    assert shop.rebuild().exit_code == 0, "the same bytes are the same, no matter who built them"
    other = published_rune().replace(b"sine", b"sinf")
    shop.manifest = shop.registry.publish(REPOSITORY, "1.0", other)
    shop.state()
    assert shop.rebuild().exit_code == 9, "the statement is not about these bytes"


@pytest.mark.slow
@pytest.mark.protects("registry/rebuilt-runes")
def test_with_a_key_an_unsigned_provenance_builds_nothing(shop: RebuildShop, tmp_path: Path) -> None:
    key, other = make_private_key(Algorithm.ED25519), make_private_key(Algorithm.ED25519)
    shop.state()
    assert shop.rebuild("--key", key.public.fingerprint).exit_code == 9
    shop.state(key=other)
    assert shop.rebuild("--key", key.public.fingerprint).exit_code == 9
    assert not [path for path, _ in shop.registry.seen if path == ARCHIVE]
    shop.state(key=key)
    signed = shop.rebuild("--key", key.public.fingerprint)
    assert signed.exit_code == 0, signed.output
    assert f"signed by the key {key.public.fingerprint}" in signed.stdout


@pytest.mark.protects("registry/rebuilt-runes")
@pytest.mark.parametrize(
    ("names", "reason"),
    [
        ([], "cannot be read"),
        (["../outside"], "outside of the project"),
        (["/etc/passwd"], "outside of the project"),
        (range(10_001), "more than 10,000 files"),
    ],
    ids=["damaged", "above", "absolute", "many"],
)
def test_an_archive_that_is_no_projects_is_refused(shop: RebuildShop, names: Iterable[object], reason: str) -> None:
    files = {str(name): b"" for name in names}
    shop.registry.answers[ARCHIVE] = Answer(200, archive_of(files) if files else b"no archive")
    shop.state()
    result = shop.rebuild()
    assert (result.exit_code, reason in result.output) == (1, True), result.output


@pytest.mark.slow
def test_files_that_one_may_not_read_are_to_be_named(shop: RebuildShop) -> None:
    shop.registry.answers[ARCHIVE] = Answer(404, b'{"detail": "There is no such project."}')
    shop.state()
    result = shop.rebuild()
    assert result.exit_code == 5
    assert "--project" in result.output
    del shop.registry.answers[f"/v2/{REPOSITORY}/manifests/1.0"]
    assert shop.rebuild().exit_code == 5
    assert NOT_PROVEN == 8
