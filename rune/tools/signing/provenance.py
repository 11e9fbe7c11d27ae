"""SLSA provenance of a rune: from which files, with which toolchain and options it was built, and who approved it.

https://slsa.dev/spec/v1.0/provenance. The same facts give the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rune.tools.signing.errors import BadBundle
from rune.tools.signing.statements import Statement, Subject, hex_digest

PROVENANCE_TYPE = "https://slsa.dev/provenance/v1"
BUILD_TYPE = "urn:hammer-forge:rune-build:v1"
"""Says how the parameters of a build are read: they are those of `rune.compiler.building.BuildSpec`."""
PUBLICATION = "hammerForge_publication"
"""The name of an extension field starts with its maker, as the specification asks."""

TRAINING = "training"
"""The role of the data that a model was trained on."""


@dataclass(frozen=True)
class Material:
    """Bytes that went into a build, by name and digest. `role` is `model`, `record` (of the conversion or training of a
    model), `training` (the version of the data that a model was trained on), `block`, or `data` (the version of the
    data that the build was tested on)."""

    name: str
    digest: str
    role: str


@dataclass(frozen=True)
class Approval:
    """The approval of the bytes by a person, the round of the review, and the time. The person is a pseudonym, which
    is the same in all statements of an organisation."""

    person: str
    round: int
    time: str


@dataclass(frozen=True)
class PublicationStatement:
    """The publication of a build under its tag: `admission` is `open`, `passed` or `overridden`, the last with a
    reason."""

    tag: str
    admission: str
    time: str
    approvals: tuple[Approval, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Provenance:
    """The origin of a rune. Times are in ISO 8601, digests as `sha256:` and 64 hexadecimal digits."""

    repository: str
    manifest: str
    """The digest of the manifest that names the rune in a registry."""
    rune: str
    """The digest of the rune's own bytes."""
    title: str
    """The rune's file name."""
    spec: Mapping[str, Any]
    """The built specification: `rune.compiler.building.BuildSpec` as JSON."""
    version: int
    """The number of the project's version."""
    materials: tuple[Material, ...]
    builder: str
    """The address of the server that built it."""
    builder_version: str
    build: str
    """The id of the build there."""
    started: str
    finished: str
    attachments: tuple[Subject, ...]
    """The publications beside the rune: the bill of materials and the README."""
    publication: PublicationStatement


def provenance_statement(facts: Provenance) -> Statement:
    """The statement that is signed. It is about the manifest and about the rune's own bytes."""
    spec = facts.spec
    toolchain = {"name": "toolchain", "digest": hex_digest(spec["toolchain"])}
    source = {"name": f"version {facts.version}", "digest": hex_digest(spec["version"])}
    predicate = {
        "buildDefinition": {
            "buildType": BUILD_TYPE,
            "externalParameters": {
                "repository": facts.repository,
                "version": facts.version,
                "source": spec["version"],
                "target": spec["target"],
                "options": spec["options"],
            },
            "internalParameters": {"toolchain": spec["toolchain"]},
            "resolvedDependencies": [source, toolchain, *map(_material_to_json, facts.materials)],
        },
        "runDetails": {
            "builder": {"id": facts.builder, "version": {"hammer-forge": facts.builder_version}},
            "metadata": {"invocationId": facts.build, "startedOn": facts.started, "finishedOn": facts.finished},
            "byproducts": [{"name": each.name, "digest": hex_digest(each.digest)} for each in facts.attachments],
        },
        PUBLICATION: publication_to_json(facts.publication),
    }
    subjects = (Subject(facts.repository, facts.manifest), Subject(facts.title, facts.rune))
    return Statement(subjects, PROVENANCE_TYPE, predicate)


@dataclass(frozen=True)
class ProvenanceOrigin:
    """The contents of a verified provenance, as far as commands show it and build again from it."""

    repository: str
    version: int
    spec: Mapping[str, Any]
    materials: tuple[Material, ...]
    builder: str
    attachments: Mapping[str, str]
    """Digests by name of what was published beside the rune."""
    publication: PublicationStatement

    @property
    def training_data(self) -> tuple[Material, ...]:
        """The versions of data that its models were trained on."""
        return tuple(each for each in self.materials if each.role == TRAINING)


def read_provenance(statement: Statement) -> ProvenanceOrigin:
    """Reads what a statement says. Raises `BadBundle` for one that is no provenance of a rune."""
    if statement.predicate_type != PROVENANCE_TYPE:
        raise BadBundle("says nothing of where the rune came from")
    try:
        definition, run = statement.predicate["buildDefinition"], statement.predicate["runDetails"]
        if definition["buildType"] != BUILD_TYPE:
            raise BadBundle("tells of another kind of build")
        parameters = definition["externalParameters"]
        spec = {
            "version": str(parameters["source"]),
            "toolchain": str(definition["internalParameters"]["toolchain"]),
            "target": str(parameters["target"]),
            "options": dict(parameters["options"]),
        }
        return ProvenanceOrigin(
            repository=str(parameters["repository"]),
            version=int(parameters["version"]),
            spec=spec,
            materials=tuple(_read_material(each) for each in definition["resolvedDependencies"][2:]),
            builder=str(run["builder"]["id"]),
            attachments={str(each["name"]): read_digest(each) for each in run["byproducts"]},
            publication=read_publication(statement.predicate[PUBLICATION]),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise BadBundle("holds a provenance that cannot be read") from None


def _material_to_json(material: Material) -> dict[str, Any]:
    return {
        "name": material.name,
        "digest": hex_digest(material.digest),
        "annotations": {"role": material.role},
    }


def _read_material(value: Mapping[str, Any]) -> Material:
    return Material(str(value["name"]), read_digest(value), str(value["annotations"]["role"]))


def read_digest(value: Mapping[str, Any]) -> str:
    """The digest of a described resource. Raises `KeyError` and `TypeError`."""
    return f"sha256:{value['digest']['sha256']}"


def publication_to_json(publication: PublicationStatement) -> dict[str, Any]:
    """The extension of a predicate that says how something came under its tag."""
    approvals = [{"person": each.person, "round": each.round, "time": each.time} for each in publication.approvals]
    return {
        "tag": publication.tag,
        "admission": publication.admission,
        "time": publication.time,
        "approvals": approvals,
        **({"reason": publication.reason} if publication.reason else {}),
    }


def read_publication(value: Mapping[str, Any]) -> PublicationStatement:
    """Reads that extension. Raises `KeyError`, `TypeError` and `ValueError`."""
    approvals = tuple(
        Approval(str(each["person"]), int(each["round"]), str(each["time"])) for each in value["approvals"]
    )
    return PublicationStatement(
        str(value["tag"]), str(value["admission"]), str(value["time"]), approvals, str(value.get("reason", ""))
    )
