import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


NUMBER = """
CREATE TRIGGER projects_document_number AFTER INSERT ON projects_documentupdate
BEGIN
    UPDATE projects_project SET sequence = NEW.sequence, changed = NEW.created WHERE id = NEW.project_id;
END
"""


def create_trigger(apps, schema_editor):
    """Numbers a document's updates by a trigger of SQLite, where each statement is a wait for other writers.

    `forge.projects.files.document_store` stores a keystroke in one statement. A later migration that makes the table
    anew drops the trigger, and has to create it again.
    """
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(NUMBER)


def drop_trigger(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER projects_document_number")


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
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
                        choices=[("private", "Private"), ("internal", "Internal"), ("public", "Public")],
                        default="private",
                        max_length=10,
                    ),
                ),
                ("files_shared", models.DateTimeField(blank=True, null=True)),
                ("template", models.CharField(blank=True, max_length=60)),
                ("created", models.DateTimeField(auto_now_add=True)),
                ("changed", models.DateTimeField(auto_now_add=True)),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
                ("taken_down", models.DateTimeField(blank=True, null=True)),
                ("taken_down_because", models.CharField(blank=True, max_length=500)),
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
            },
        ),
        migrations.CreateModel(
            name="Favourite",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="projects.project"
                    ),
                ),
            ],
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
        ),
        migrations.CreateModel(
            name="MergedAuthor",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("sequence", models.BigIntegerField()),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="projects.project"
                    ),
                ),
            ],
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
                ("writers", models.JSONField(default=list)),
                ("created", models.DateTimeField(auto_now_add=True)),
                ("message", models.CharField(blank=True, max_length=200)),
                ("saved_at", models.DateTimeField(blank=True, null=True)),
                ("automatic", models.BooleanField(db_default=False, default=False)),
                ("original_authors", models.JSONField(db_default=[], default=list)),
                ("is_proposed", models.BooleanField(db_default=False, default=False)),
                ("proposed_in", models.PositiveIntegerField(blank=True, null=True)),
                ("commit", models.CharField(blank=True, db_default="", default="", max_length=40)),
                ("secrets", models.JSONField(blank=True, null=True)),
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
            },
        ),
        migrations.CreateModel(
            name="Fork",
            fields=[
                (
                    "project",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="fork",
                        serialize=False,
                        to="projects.project",
                    ),
                ),
                ("is_duplicate", models.BooleanField(db_default=False, default=False)),
                ("created", models.DateTimeField(auto_now_add=True)),
                (
                    "base",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT, related_name="+", to="projects.version"
                    ),
                ),
                (
                    "origin",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="forks",
                        to="projects.project",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.UniqueConstraint(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=("organisation", "name"),
                name="one_living_project_a_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="documentclient",
            constraint=models.UniqueConstraint(fields=("project", "client"), name="one_person_a_client"),
        ),
        migrations.AddConstraint(
            model_name="documentupdate",
            constraint=models.UniqueConstraint(fields=("project", "sequence"), name="one_update_a_number"),
        ),
        migrations.AddConstraint(
            model_name="favourite",
            constraint=models.UniqueConstraint(fields=("person", "project"), name="one_favourite_a_project"),
        ),
        migrations.AddConstraint(
            model_name="formerprojectname",
            constraint=models.UniqueConstraint(fields=("organisation", "name"), name="one_project_a_former_name"),
        ),
        migrations.AddConstraint(
            model_name="mergedauthor",
            constraint=models.UniqueConstraint(fields=("project", "person"), name="one_last_update_a_person"),
        ),
        migrations.AddConstraint(
            model_name="version",
            constraint=models.UniqueConstraint(fields=("project", "digest"), name="one_version_a_digest"),
        ),
        migrations.AddConstraint(
            model_name="version",
            constraint=models.UniqueConstraint(fields=("project", "number"), name="one_version_a_number"),
        ),
        migrations.RunPython(create_trigger, drop_trigger),
    ]
