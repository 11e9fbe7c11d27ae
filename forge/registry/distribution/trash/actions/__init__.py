"""Actions on the trash of a repository."""

from forge.registry.distribution.trash.actions.restoring import RestoredManifest, restore_manifest

__all__ = ["RestoredManifest", "restore_manifest"]
