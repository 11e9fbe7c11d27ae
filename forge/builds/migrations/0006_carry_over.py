"""Artefacts get a spec, an organisation and their files in the blob store; previews join the wishes to look into them.

Rows keep their ids, runes their bytes. What was built before has for its toolchain what it was called then, which is no
digest: it is shown and served as before, and not taken for what the toolchain of now would make.
"""

import hashlib
import json
import logging
import os
import tempfile
import uuid
from functools import partial

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, storages
from django.db import migrations, transaction
from django.utils import timezone

_log = logging.getLogger(__name__)


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def digest_of(value):
    return "sha256:" + hashlib.sha256(canonical(value)).hexdigest()


def give_specs(apps, schema_editor):
    """What a watched or timed rune was made of was smuggled into its version's digest, and is found there again."""
    artefact, build, watch = (apps.get_model("builds", name) for name in ("Artefact", "Build", "Watch"))
    wished = {}
    for each in watch.objects.filter(build__artefact__isnull=False).select_related("build__artefact"):
        wish = {"wires": each.wires, "timed": True} if each.timed else each.wires
        made = each.build.artefact
        versions = set(
            build.objects.filter(project=each.project, artefact__isnull=False).values_list(
                "artefact__version_digest", flat=True
            )
        )
        versions |= set(build.objects.filter(project=each.project).values_list("version__digest", flat=True)) - {None}
        found = (one for one in versions if digest_of({"version": one, "wires": wish}) == made.version_digest)
        wished[made.pk] = (next(found, made.version_digest), each.wires, each.timed)
    for each in artefact.objects.iterator(chunk_size=100):
        version, wires, timed = wished.get(each.pk, (each.version_digest, [], False))
        each.spec = {
            "version": version,
            "toolchain": each.toolchain,
            "target": "wasm32",
            "options": {
                "name": each.name,
                "runefile": None,
                "host_models": False,
                "host_resources": {"every": False, "capacities": {}},
                "watched": wires,
                "timed": timed,
            },
        }
        each.spec_digest = digest_of(each.spec)
        each.save(update_fields=["spec", "spec_digest"])


def give_organisations(apps, schema_editor):
    """One that several organisations' builds shared is had by each of them from now on."""
    artefact, build = apps.get_model("builds", "Artefact"), apps.get_model("builds", "Build")
    for each in artefact.objects.iterator(chunk_size=100):
        mine = build.objects.filter(artefact=each)
        organisations = list(
            mine.order_by("project__organisation_id").values_list("project__organisation_id", flat=True).distinct()
        )
        if not organisations:
            # No build leads to it: it was left by a crash, and nobody could see it.
            transaction.on_commit(partial(_remove_old, each.pk))
            each.delete()
            continue
        each.organisation_id = organisations[0]
        each.save(update_fields=["organisation"])
        for other in organisations[1:]:
            fields = ("spec", "spec_digest", "version_digest", "toolchain", "name", "digest", "size", "report")
            copy = artefact(**{name: getattr(each, name) for name in (*fields, "diagnostics")})
            copy.organisation_id = other
            copy.save()
            artefact.objects.filter(pk=copy.pk).update(created=each.created)
            of_other = build.objects.filter(artefact=each, project__organisation_id=other).values_list("pk", flat=True)
            build.objects.filter(pk__in=list(of_other)).update(artefact=copy)
            _move_rune(apps, copy, each.pk)
        _move_rune(apps, each, each.pk)
        transaction.on_commit(partial(_remove_old, each.pk))


def _old_name(key):
    return f"runes/{key.hex[:2]}/{key.hex}.rune"


def _remove_old(key):
    try:
        storages["default"].delete(_old_name(key))
    except OSError:
        _log.exception("The old file of a rune could not be removed")


def _move_rune(apps, artefact, key):
    """Copies a rune into the blob store; the old file goes when all of this is certain."""
    report = canonical({name: part for name, part in artefact.report.items() if name not in ("verify", "run")})
    with tempfile.TemporaryFile() as aside:
        aside.write(report)
        _put(apps, artefact, "report", aside)
    try:
        source = storages["default"].open(_old_name(key), "rb")
    except FileNotFoundError:
        _log.warning("The rune %s is not in the store any more", artefact.digest)
        return
    with source:
        whole = hashlib.sha256()
        while chunk := source.read(1 << 18):
            whole.update(chunk)
        if "sha256:" + whole.hexdigest() != artefact.digest:
            _log.warning("The file of the rune %s is damaged and was left out", artefact.digest)
            return
        _put(apps, artefact, "rune", source)


def _is_there(storage, name, size, digest):
    """Whether the store has these bytes, and not a part of them from a start that was broken off."""
    if not storage.exists(name) or storage.size(name) != size:
        return False
    whole = hashlib.sha256()
    with storage.open(name, "rb") as file:
        while chunk := file.read(1 << 18):
            whole.update(chunk)
    return f"sha256:{whole.hexdigest()}" == digest


def _put(apps, artefact, role, file):
    """Stores an open file as a blob that the artefact needs."""
    storage, whole, size = storages["blobs"], hashlib.sha256(), 0
    file.seek(0)
    while chunk := file.read(1 << 18):
        whole.update(chunk)
        size += len(chunk)
    digest, name = f"sha256:{whole.hexdigest()}", f"sha256/{whole.hexdigest()[:2]}/{whole.hexdigest()}"
    if not _is_there(storage, name, size, digest):
        storage.delete(name)
        file.seek(0)
        storage.save(name, File(file))
    if isinstance(storage, FileSystemStorage):
        descriptor = os.open(storage.path(name), os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
    now = timezone.now()
    apps.get_model("core", "Blob").objects.get_or_create(
        digest=digest, defaults={"size": size, "created": now, "put_at": now}
    )
    apps.get_model("builds", "ArtefactFile").objects.create(artefact=artefact, role=role, blob_id=digest)
    apps.get_model("core", "BlobLink").objects.get_or_create(
        owner_kind="builds.artefact",
        owner_id=artefact.pk,
        blob_id=digest,
        defaults={"organisation": artefact.organisation_id},
    )


def join_previews(apps, schema_editor):
    watch = apps.get_model("builds", "Watch")
    for each in watch.objects.all():
        each.options = {"watched": each.wires, "timed": each.timed}
        each.key = digest_of(each.options)
        each.save(update_fields=["options", "key"])
    plain = {"watched": [], "timed": False}
    for each in apps.get_model("builds", "Preview").objects.iterator(chunk_size=100):
        joined = watch.objects.create(
            id=uuid.uuid4(),
            project_id=each.project_id,
            key=digest_of(plain),
            options=plain,
            sequence=each.sequence,
            state=each.state,
            diagnostics=each.diagnostics,
            outline=each.outline,
            error=each.error,
            build_id=each.build_id,
        )
        watch.objects.filter(pk=joined.pk).update(changed=each.changed)


class Migration(migrations.Migration):
    # Not together with changes of the tables: PostgreSQL refuses those while rows of the same transaction are checked.
    dependencies = [("builds", "0005_artefacts_have_specs"), ("projects", "0006_blobs_have_owners")]

    operations = [
        migrations.RunPython(give_specs, migrations.RunPython.noop),
        migrations.RunPython(give_organisations, migrations.RunPython.noop),
        migrations.RunPython(join_previews, migrations.RunPython.noop),
    ]
