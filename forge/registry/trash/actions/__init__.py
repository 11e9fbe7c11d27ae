"""Actions on the trash of a repository."""

from forge.registry.trash.actions.restoring import RestoredManifest, restore_manifest

__all__ = ["RestoredManifest", "restore_manifest"]
