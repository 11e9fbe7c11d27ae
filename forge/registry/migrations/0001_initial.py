import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("builds", "0001_initial"),
        ("core", "0001_initial"),
        ("projects", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Repository",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created", models.DateTimeField(auto_now_add=True)),
                (
                    "project",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="repository", to="projects.project"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Manifest",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("media_type", models.CharField(max_length=120)),
                ("created", models.DateTimeField(auto_now_add=True)),
                (
                    "blob",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.blob"),
                ),
                (
                    "repository",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="manifests", to="registry.repository"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BlockVersion",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=60)),
                ("version", models.CharField(max_length=40)),
                ("path", models.CharField(max_length=200)),
                ("summary", models.CharField(blank=True, max_length=200)),
                ("created", models.DateTimeField()),
                ("notes", models.TextField(blank=True)),
                ("deprecated", models.DateTimeField(blank=True, null=True)),
                ("deprecation", models.TextField(blank=True)),
                ("successor", models.CharField(blank=True, db_default="", max_length=250)),
                ("interface", models.JSONField(default=None, null=True)),
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
                    "source_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT, related_name="+", to="projects.version"
                    ),
                ),
                (
                    "repository",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="blocks", to="registry.repository"
                    ),
                ),
                (
                    "manifest",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="blocks", to="registry.manifest"
                    ),
                ),
            ],
            options={
                "ordering": ["-created"],
            },
        ),
        migrations.CreateModel(
            name="Publication",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("tag", models.CharField(max_length=128)),
                (
                    "admission",
                    models.CharField(
                        choices=[
                            ("open", "Not protected"),
                            ("passed", "Passed the gate"),
                            ("overridden", "Overridden by an owner"),
                        ],
                        max_length=10,
                    ),
                ),
                ("missing", models.JSONField(default=list)),
                ("reason", models.TextField(blank=True)),
                ("policy", models.JSONField()),
                ("created", models.DateTimeField()),
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
                    "build",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="builds.build"),
                ),
                (
                    "repository",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="publications",
                        to="registry.repository",
                    ),
                ),
            ],
            options={
                "ordering": ["-created"],
            },
        ),
        migrations.CreateModel(
            name="PublishedVersion",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("organisation", models.UUIDField()),
                ("project_name", models.CharField(max_length=60)),
                ("tag", models.CharField(max_length=128)),
                ("digest", models.CharField(max_length=71)),
                ("published", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "project_name", "tag"), name="one_meaning_a_version"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Tag",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=128)),
                ("moves", models.BooleanField()),
                ("created", models.DateTimeField()),
                ("notes", models.TextField(blank=True)),
                ("deprecated", models.DateTimeField(blank=True, null=True)),
                ("deprecation", models.TextField(blank=True)),
                ("successor", models.CharField(blank=True, max_length=128)),
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
                    "build",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tags", to="builds.build"
                    ),
                ),
                (
                    "manifest",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tags", to="registry.manifest"
                    ),
                ),
                (
                    "publication",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="registry.publication",
                    ),
                ),
                (
                    "repository",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tags", to="registry.repository"
                    ),
                ),
            ],
            options={
                "ordering": ["-created"],
            },
        ),
        migrations.CreateModel(
            name="UseOfDay",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("uses", models.BigIntegerField(default=0)),
                (
                    "repository",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="days_of_use",
                        to="registry.repository",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Listing",
            fields=[
                (
                    "repository",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="listing",
                        serialize=False,
                        to="registry.repository",
                    ),
                ),
                ("rune_digest", models.CharField(max_length=71)),
                ("size", models.BigIntegerField()),
                ("memory", models.BigIntegerField()),
                ("sensors", models.CharField(blank=True, max_length=120)),
                ("licence", models.CharField(blank=True, max_length=40)),
                ("stages", models.JSONField(db_default=[], default=list)),
                ("accuracy", models.FloatField(blank=True, null=True)),
                ("published", models.DateTimeField(db_index=True)),
                ("uses", models.BigIntegerField(db_default=0, db_index=True, default=0)),
                (
                    "tag",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="registry.tag"),
                ),
            ],
            options={
                "ordering": ["-published"],
            },
        ),
        migrations.AddConstraint(
            model_name="manifest",
            constraint=models.UniqueConstraint(fields=("repository", "blob"), name="one_manifest_a_digest"),
        ),
        migrations.AddConstraint(
            model_name="blockversion",
            constraint=models.UniqueConstraint(
                fields=("repository", "name", "version"), name="one_meaning_a_block_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="blockversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("deprecated", None), ("deprecation", ""), ("successor", "")),
                    models.Q(("deprecated__isnull", False), models.Q(("deprecation", ""), _negated=True)),
                    _connector="OR",
                ),
                name="a_deprecated_block_has_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="publication",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("admission", "overridden"), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="an_override_has_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="tag",
            constraint=models.UniqueConstraint(fields=("repository", "name"), name="one_manifest_a_tag"),
        ),
        migrations.AddConstraint(
            model_name="tag",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("deprecated", None), ("deprecation", ""), ("successor", "")),
                    models.Q(("deprecated__isnull", False), models.Q(("deprecation", ""), _negated=True)),
                    _connector="OR",
                ),
                name="a_deprecation_has_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="useofday",
            constraint=models.UniqueConstraint(fields=("repository", "day"), name="one_row_a_day_of_use"),
        ),
    ]
