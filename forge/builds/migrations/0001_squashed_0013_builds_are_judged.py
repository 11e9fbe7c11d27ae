"""The tables as they are after 0013_builds_are_judged, at once, for a new installation: step by step takes three times as long."""

import django.db.models.deletion
import django.utils.timezone
import forge.builds.models
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("builds", "0001_initial"),
        ("builds", "0002_watch"),
        ("builds", "0003_timed_watches"),
        ("builds", "0004_build_measurement"),
        ("builds", "0005_artefacts_have_specs"),
        ("builds", "0006_carry_over"),
        ("builds", "0007_one_table_of_previews"),
        ("builds", "0008_previews_are_leased"),
        ("builds", "0009_previews_name_their_toolchain"),
        ("builds", "0010_audit_entries_have_places"),
        ("builds", "0011_builds_remember_programs"),
        ("builds", "0012_builds_are_evaluated"),
        ("builds", "0013_builds_are_judged"),
    ]

    dependencies = [
        ("accounts", "0003_scopes_are_verbs"),
        ("core", "0006_audit_entries_have_places"),
        ("projects", "0006_blobs_have_owners"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Artefact",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("spec", models.JSONField()),
                ("spec_digest", models.CharField(max_length=71)),
                ("digest", models.CharField(max_length=71)),
                ("size", models.BigIntegerField()),
                ("report", models.JSONField()),
                ("diagnostics", models.JSONField(default=list)),
                ("created", models.DateTimeField(auto_now_add=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="artefacts",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "spec_digest"), name="one_artefact_a_spec")
                ],
            },
        ),
        migrations.CreateModel(
            name="ArtefactFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[("rune", "Rune"), ("report", "Report"), ("evaluation", "Evaluation")], max_length=20
                    ),
                ),
                ("subject", models.CharField(blank=True, max_length=71)),
                (
                    "artefact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="files", to="builds.artefact"
                    ),
                ),
                (
                    "blob",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.blob"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("artefact", "role", "subject"), name="one_file_a_role_and_subject")
                ],
            },
        ),
        migrations.CreateModel(
            name="Build",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=60)),
                ("kind", models.CharField(choices=[("numbered", "Numbered"), ("preview", "Preview")], max_length=10)),
                ("number", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting"),
                            ("running", "Running"),
                            ("succeeded", "Succeeded"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                            ("lost", "Lost"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("attempt", models.PositiveSmallIntegerField(default=0)),
                ("fence", models.PositiveIntegerField(default=0)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("by_program", models.BooleanField(db_default=False, default=False)),
                ("measurement", models.JSONField(blank=True, null=True)),
                ("samples", models.CharField(blank=True, max_length=71)),
                ("evaluation", models.JSONField(blank=True, null=True)),
                ("judgements", models.JSONField(default=list)),
                ("diagnostics", models.JSONField(default=list)),
                ("error", models.TextField(blank=True)),
                ("created", models.DateTimeField(auto_now_add=True)),
                ("started", models.DateTimeField(blank=True, null=True)),
                ("finished", models.DateTimeField(blank=True, null=True)),
                (
                    "artefact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="builds",
                        to="builds.artefact",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="builds", to="projects.project"
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="builds",
                        to="projects.version",
                    ),
                ),
            ],
            options={
                "ordering": ["-created"],
                "indexes": [
                    models.Index(fields=["state", "kind", "created"], name="builds_waiting"),
                    models.Index(condition=models.Q(("kind", "numbered")), fields=["started"], name="builds_begun"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("project", "number"), name="one_build_a_number"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "numbered"), ("number__isnull", False), ("version__isnull", False)),
                            models.Q(("kind", "preview"), ("number__isnull", True)),
                            _connector="OR",
                        ),
                        name="only_pressed_builds_have_numbers",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "running"), _negated=True),
                            ("lease_until__isnull", False),
                            _connector="OR",
                        ),
                        name="a_running_build_has_a_lease",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "succeeded"), _negated=True),
                            ("artefact__isnull", False),
                            _connector="OR",
                        ),
                        name="a_success_has_a_rune",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BuildLogLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("step", models.CharField(max_length=20)),
                ("text", models.TextField()),
                ("level", models.CharField(default="info", max_length=10)),
                ("milliseconds", models.FloatField(blank=True, null=True)),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "build",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="log", to="builds.build"
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "constraints": [models.UniqueConstraint(fields=("build", "number"), name="one_line_a_number")],
            },
        ),
        migrations.CreateModel(
            name="Preview",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "key",
                    models.CharField(
                        default="sha256:64c50eb9adc9f24da7391e80d735d2a3d9c5a0e4c2e90829ff568a0eeee58767", max_length=71
                    ),
                ),
                ("options", models.JSONField(default=forge.builds.models.plain_options)),
                ("sequence", models.BigIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("checking", "Checking"),
                            ("building", "Building"),
                            ("ready", "Ready"),
                            ("broken", "Broken"),
                            ("failed", "Failed"),
                        ],
                        default="checking",
                        max_length=10,
                    ),
                ),
                ("diagnostics", models.JSONField(default=list)),
                ("outline", models.JSONField(default=dict)),
                ("error", models.TextField(blank=True)),
                ("changed", models.DateTimeField(auto_now=True)),
                ("asked", models.DateTimeField(default=django.utils.timezone.now)),
                ("toolchain", models.CharField(blank=True, max_length=71)),
                ("leased_sequence", models.BigIntegerField(default=0)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                (
                    "build",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="previews",
                        to="builds.build",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="previews", to="projects.project"
                    ),
                ),
            ],
            options={
                "ordering": ["-asked"],
                "constraints": [
                    models.UniqueConstraint(fields=("project", "key"), name="one_preview_a_set_of_options")
                ],
            },
        ),
    ]
