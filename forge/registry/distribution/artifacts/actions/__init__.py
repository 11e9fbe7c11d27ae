"""Actions of registry clients. Each checks the permission, does it, and writes the audit entry."""

from forge.registry.distribution.artifacts.actions.deleting import delete_blob, delete_manifest, delete_tag
from forge.registry.distribution.artifacts.actions.pushing import push_manifest
from forge.registry.distribution.artifacts.actions.rules import RegistryTerms, change_registry_rules
from forge.registry.distribution.artifacts.actions.uploads import (
    append_part,
    begin_upload,
    cancel_upload,
    finish_upload,
    mount_blob,
)

__all__ = [
    "RegistryTerms",
    "append_part",
    "begin_upload",
    "cancel_upload",
    "change_registry_rules",
    "delete_blob",
    "delete_manifest",
    "delete_tag",
    "finish_upload",
    "mount_blob",
    "push_manifest",
]
