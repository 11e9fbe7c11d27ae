"""Each row has an owner: it goes with an organisation or a person, or its table is listed here with the reason."""

from __future__ import annotations

from collections.abc import Mapping

from django.apps import apps
from django.db import models

from forge.accounts.models import Organisation, User

BY_KEY = "names what it is about by a key, in a column that every kind of thing shares"
SERVER = "belongs to the server"
STAYS = "stays for good, also when the organisation is gone"
WITHOUT_OWNER: Mapping[str, str] = {
    "accounts.Quota": BY_KEY,
    "accounts.ReservedName": STAYS,
    "accounts.SignInLink": "ends by its time, and may be for an address without an account",
    "core.AuditChain": SERVER,
    "core.AuditCopy": SERVER,
    "core.AuditEntry": "is never changed, and ends by its age",
    "core.Blob": "goes when no row links it",
    "core.BlobHold": SERVER,
    "core.BlobLink": BY_KEY,
    "core.Comment": "goes with its thread",
    "core.EarlierText": "goes with its comment",
    "core.Event": "goes with its stream",
    "core.PeriodicRun": SERVER,
    "core.StoredBytes": BY_KEY,
    "core.Stream": BY_KEY,
    "core.Thread": BY_KEY,
    "deployments.StoredPlayerScript": STAYS,
    "jobs.Worker": SERVER,
    "registry.BlobDigest": "goes with its blob",
    "registry.PublishedVersion": STAYS,
    "registry.StandingTable": "belongs to all projects that have a version in it",
}
"""The tables whose rows do not go with an organisation or a person, and why."""


def test_the_rows_of_each_table_go_with_their_owner() -> None:
    """A new table has a foreign key with `CASCADE` to a row that goes with its organisation, or is listed."""
    tables = {each for each in apps.get_models() if each.__module__.startswith("forge.")}
    owned_tables: set[type[models.Model]] = {Organisation, User}
    while more := {each for each in tables - owned_tables if _goes_with(each, owned_tables)}:
        owned_tables |= more
    assert {each._meta.label for each in tables - owned_tables} == set(WITHOUT_OWNER)


def _goes_with(table: type[models.Model], owned_tables: set[type[models.Model]]) -> bool:
    keys = (each for each in table._meta.local_fields if isinstance(each, models.ForeignKey))
    return any(each.related_model in owned_tables and each.remote_field.on_delete is models.CASCADE for each in keys)
