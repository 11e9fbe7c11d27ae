"""The origin of a block on its page: its signer, its approvers and the files that it was published from."""

from __future__ import annotations

from dataclasses import dataclass

from forge.accounts.permissions import Verb, can
from forge.core.actors import Actor
from forge.registry.models import BlockVersion, PublishedBlockSignature
from forge.registry.provenance.signing.proofs import ProvenApproval, names_of_approvers, statement_in
from forge.registry.repository.builds import newest_build_of
from rune.tools.signing.block_provenance import BlockProvenance, read_block_provenance
from rune.tools.signing.errors import BadBundle
from rune.wording import listed


@dataclass(frozen=True)
class SignedBlock:
    """A signature of a block that counts, and what its statement says."""

    signature: PublishedBlockSignature
    origin: BlockProvenance
    approvals: tuple[ProvenApproval, ...]

    @property
    def approvers(self) -> str:
        """The names, or the pseudonyms, of who approved: "Jo and Tomas"."""
        return listed([each.name for each in self.approvals])


def signed_block(actor: Actor, block: BlockVersion) -> SignedBlock | None:
    """The newest signature of a version of a block that counts today, or None if it has none. The caller has found the
    block for someone."""
    valid = PublishedBlockSignature.objects.filter(block=block, key__revoked=None, manifest__trashed=None)
    for signature in valid.select_related("key", "manifest"):
        statement = statement_in(signature.manifest)
        if statement is None:
            continue
        try:
            origin = read_block_provenance(statement)
        except BadBundle:
            continue
        project = block.repository.project
        build = newest_build_of(project, block.source_version) if can(actor, Verb.READ, project) else None
        names = {} if build is None else names_of_approvers(build)
        proven_approvals = [
            ProvenApproval(names.get(each.person, each.person), each) for each in origin.publication.approvals
        ]
        return SignedBlock(signature, origin, tuple(proven_approvals))
    return None
