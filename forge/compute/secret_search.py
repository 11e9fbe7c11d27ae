"""Searches a version's texts for secrets before somebody publishes or shares them, and stores the result.

A build searches its files while it runs, so that this has something to do for versions that were never built alone.
"""

from __future__ import annotations

from forge.compute.pool.language import summary_pool
from forge.core.errors import Busy
from forge.projects.models import Version
from forge.projects.secrets.results import is_searched, texts_to_search
from forge.projects.secrets.scan import SecretScan
from forge.projects.versions.store import available_files


def require_searched(version: Version | None) -> None:
    """Returns once the version's texts were searched, and the result is stored. Call it outside of transactions.

    Raises `Busy` where the search failed, `TooManyQuestions` and `LanguageBusy`.
    """
    if version is None or is_searched(version):
        return
    manifest = texts_to_search(available_files(version))
    answer = summary_pool.search_secrets(version.project.organisation_id, manifest)
    if "error" in answer:
        message = f"The search for secrets failed. {answer['error']['message']} Try again."
        raise Busy(message, retry_after=5)
    store_scan(version, SecretScan.from_json(answer))


def store_scan(version: Version, scan: SecretScan) -> None:
    """Stores what a search said of a version's texts, which never change."""
    version.secrets = dict(scan.to_json())
    Version.objects.filter(pk=version.pk).update(secrets=version.secrets)
