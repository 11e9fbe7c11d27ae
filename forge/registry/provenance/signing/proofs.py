"""The origin of a published rune on pages: its signer, its approvers, and its sources."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from forge.accounts.models import User
from forge.accounts.permissions import Verb, can
from forge.builds.models import Build
from forge.core.actors import Actor
from forge.core.blobs.store import read_blob
from forge.core.errors import BytesDamaged, NotFound
from forge.datasets.models import DataVersion
from forge.registry.hooks import approvals
from forge.registry.models import Manifest, Tag
from forge.registry.provenance.signing.access import signatures_of
from forge.registry.provenance.signing.models import Signature
from forge.registry.provenance.signing.pseudonyms import pseudonym_of
from rune.tools.signing.bundles import read_bundle
from rune.tools.signing.errors import BadBundle
from rune.tools.signing.provenance import Approval, Material, ProvenanceOrigin, read_provenance
from rune.tools.signing.statements import Statement, read_statement
from rune.wording import listed


@dataclass(frozen=True)
class ProvenApproval:
    """An approval that a signed statement names: by the person's name for members, else by a pseudonym."""

    name: str
    approval: Approval


@dataclass(frozen=True)
class ProvenData:
    """A version of data that a model was trained on, as a signed statement names it. `url` is its page, or "" for those
    who may not read the data, and once it is deleted."""

    material: Material
    url: str


@dataclass(frozen=True)
class SignedOrigin:
    """A signature that counts, and what its statement says."""

    signature: Signature
    origin: ProvenanceOrigin
    approvals: tuple[ProvenApproval, ...]
    training_data: tuple[ProvenData, ...] = ()

    @property
    def approvers(self) -> str:
        """The names, or the pseudonyms, of who approved: "Jo and Tomas"."""
        return listed([each.name for each in self.approvals])


def signed_origin(actor: Actor, tag: Tag) -> SignedOrigin | None:
    """The newest signature of what a tag names, or None if it has none. The caller has found the tag for someone."""
    for signature in signatures_of(tag):
        origin = _origin(signature.manifest)
        if origin is not None:
            names = names_of_approvers(tag.build) if can(actor, Verb.READ, tag.repository.project) else {}
            proven_approvals = [
                ProvenApproval(names.get(each.person, each.person), each) for each in origin.publication.approvals
            ]
            return SignedOrigin(signature, origin, tuple(proven_approvals), _training_data(actor, origin))
    return None


def _training_data(actor: Actor, origin: ProvenanceOrigin) -> tuple[ProvenData, ...]:
    named_data = origin.training_data
    if not named_data:
        return ()
    readable = DataVersion.objects.visible_to(actor).filter(digest__in=[each.digest for each in named_data])
    urls = {
        version.digest: f"{version.data_set.project.get_absolute_url()}/data/versions/{version.number}"
        for version in readable.select_related("data_set__project__organisation")
    }
    return tuple(ProvenData(each, urls.get(each.digest, "")) for each in named_data)


def statement_in(manifest: Manifest) -> Statement | None:
    """The statement in a bundle that was verified when it was stored, or None if its bytes are gone."""
    try:
        (layer,) = json.loads(read_blob(manifest.blob_id))["layers"]
        return read_statement(read_bundle(read_blob(layer["digest"])).payload)
    except (NotFound, BytesDamaged, BadBundle, KeyError, ValueError, RecursionError):
        return None


def names_of_approvers(build: Build) -> Mapping[str, str]:
    """Returns the people who approve the bytes today, by pseudonym: a person whose approval was withdrawn stays a
    pseudonym."""
    people = {each.person for facts in approvals.call(build) for each in facts}
    organisation = build.project.organisation_id
    return {pseudonym_of(user.pk, organisation): str(user) for user in User.objects.filter(pk__in=people)}


def _origin(manifest: Manifest) -> ProvenanceOrigin | None:
    statement = statement_in(manifest)
    try:
        return None if statement is None else read_provenance(statement)
    except BadBundle:
        return None
