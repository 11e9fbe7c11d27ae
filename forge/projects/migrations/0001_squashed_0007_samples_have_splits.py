"""The tables as they are after 0007_samples_have_splits, at once, for a new installation: step by step takes three times as long."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models
from ._number_by_trigger import forget_trigger, number_by_trigger


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("projects", "0001_initial"),
        ("projects", "0002_document_client"),
        ("projects", "0003_saved_versions"),
        ("projects", "0004_sample"),
        ("projects", "0005_a_keystroke_changes_one_index"),
        ("projects", "0006_blobs_have_owners"),
        ("projects", "0007_samples_have_splits"),
    ]

    dependencies = [
        ("accounts", "0001_initial"),
        ("core", "0002_blobs_have_owners"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Project",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=60)),
                ("description", models.CharField(blank=True, max_length=200)),
                (
                    "visibility",
                    models.CharField(
                        choices=[("private", "Private"), ("public", "Public")], default="private", max_length=10
                    ),
                ),
                ("template", models.CharField(blank=True, max_length=60)),
                ("created", models.DateTimeField(auto_now_add=True)),
                ("changed", models.DateTimeField(auto_now_add=True)),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
                ("sequence", models.BigIntegerField(default=0)),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="projects", to="accounts.organisation"
                    ),
                ),
            ],
            options={
                "ordering": ["-changed"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("deleted_at__isnull", True)),
                        fields=("organisation", "name"),
                        name="one_living_project_a_name",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DocumentClient",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("client", models.BigIntegerField()),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="clients", to="projects.project"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("project", "client"), name="one_person_a_client")],
            },
        ),
        migrations.CreateModel(
            name="DocumentState",
            fields=[
                (
                    "project",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="state",
                        serialize=False,
                        to="projects.project",
                    ),
                ),
                ("sequence", models.BigIntegerField()),
                ("state", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="DocumentUpdate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sequence", models.BigIntegerField()),
                ("update", models.BinaryField()),
                ("created", models.DateTimeField(auto_now_add=True)),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="updates",
                        to="projects.project",
                    ),
                ),
            ],
            options={
                "ordering": ["sequence"],
                "constraints": [models.UniqueConstraint(fields=("project", "sequence"), name="one_update_a_number")],
            },
        ),
        migrations.CreateModel(
            name="FormerProjectName",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=60)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.organisation"
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="former_names", to="projects.project"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "name"), name="one_project_a_former_name")
                ],
            },
        ),
        migrations.CreateModel(
            name="Sample",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("sound", "Sound"), ("picture", "Picture"), ("motion", "Motion")], max_length=10
                    ),
                ),
                ("path", models.CharField(max_length=200)),
                ("digest", models.CharField(max_length=71)),
                ("size", models.BigIntegerField()),
                ("label", models.CharField(max_length=60)),
                (
                    "split",
                    models.CharField(
                        choices=[("train", "Train"), ("test", "Test"), ("kept", "Kept")], default="test", max_length=10
                    ),
                ),
                ("events", models.JSONField(blank=True, null=True)),
                ("consent", models.TextField()),
                ("consented", models.DateTimeField(auto_now_add=True)),
                ("ends", models.DateTimeField()),
                ("gone_at", models.DateTimeField(blank=True, null=True)),
                ("gone_because", models.CharField(blank=True, max_length=20)),
                ("erased_at", models.DateTimeField(blank=True, null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="samples", to="projects.project"
                    ),
                ),
            ],
            options={
                "ordering": ["-consented"],
                "indexes": [models.Index(fields=["gone_at", "ends"], name="samples_to_end")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("gone_at__isnull", True)),
                        fields=("project", "digest"),
                        name="one_kept_sample_a_recording",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("erased_at__isnull", True), ("gone_at__isnull", False), _connector="OR"),
                        name="only_what_is_gone_is_erased",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Version",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("digest", models.CharField(max_length=71)),
                ("manifest", models.JSONField()),
                ("file_ids", models.JSONField(default=dict)),
                ("sequence", models.BigIntegerField()),
                ("created", models.DateTimeField(auto_now_add=True)),
                ("message", models.CharField(blank=True, max_length=200)),
                ("saved_at", models.DateTimeField(blank=True, null=True)),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="versions", to="projects.project"
                    ),
                ),
                (
                    "saved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-created"],
                "constraints": [
                    models.UniqueConstraint(fields=("project", "digest"), name="one_version_a_digest"),
                    models.UniqueConstraint(fields=("project", "number"), name="one_version_a_number"),
                ],
            },
        ),
        migrations.RunPython(number_by_trigger, forget_trigger),
    ]
