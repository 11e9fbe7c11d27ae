"""The OCI image format, which registries speak: media types, annotations, and the size of the largest manifest.

https://github.com/opencontainers/image-spec/blob/v1.1.0/
"""

from __future__ import annotations

MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
INDEX_TYPE = "application/vnd.oci.image.index.v1+json"
IMAGE_CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
EMPTY_TYPE = "application/vnd.oci.empty.v1+json"
EMPTY = b"{}"
"""The config of an artifact without one."""
CONFIG_TYPE = "application/vnd.wasm.config.v0+json"
"""The config of a rune: https://tag-runtime.cncf.io/wgs/wasm/deliverables/wasm-oci-artifact/"""
RUNE_TYPE = "application/wasm"

TITLE = "org.opencontainers.image.title"
CREATED = "org.opencontainers.image.created"
VERSION = "org.opencontainers.image.version"
LICENCES = "org.opencontainers.image.licenses"
DESCRIPTION = "org.opencontainers.image.description"

LARGEST_MANIFEST = 4 * 1024 * 1024
"""Bytes, as the specification of registries recommends."""
