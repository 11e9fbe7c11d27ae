import django.db.models.deletion
import django.utils.timezone
import forge.builds.models
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("core", "0001_initial"),
        ("datasets", "0001_initial"),
        ("jobs", "0001_initial"),
        ("projects", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="BuildChoices",
            fields=[
                (
                    "project",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="build_choices",
                        serialize=False,
                        to="projects.project",
                    ),
                ),
                ("targets", models.JSONField(default=list)),
                (
                    "optimize",
                    models.CharField(
                        choices=[("size", "size"), ("balanced", "balanced"), ("speed", "speed")],
                        db_default="speed",
                        default="speed",
                        max_length=10,
                    ),
                ),
                (
                    "optimize_packages",
                    models.CharField(
                        choices=[("size", "size"), ("balanced", "balanced"), ("speed", "speed")],
                        db_default="balanced",
                        default="balanced",
                        max_length=10,
                    ),
                ),
                (
                    "match",
                    models.CharField(
                        choices=[("litert", "LiteRT"), ("tflm", "TFLite Micro")],
                        db_default="litert",
                        default="litert",
                        max_length=10,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ProjectContents",
            fields=[
                (
                    "project",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="contents",
                        serialize=False,
                        to="projects.project",
                    ),
                ),
                ("sensors", models.CharField(blank=True, max_length=200)),
                ("paths", models.TextField(blank=True)),
            ],
        ),
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
        ),
        migrations.CreateModel(
            name="ArtefactFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("rune", "Rune"),
                            ("package", "Package"),
                            ("report", "Report"),
                            ("evaluation", "Evaluation"),
                            ("firmware", "Firmware"),
                        ],
                        max_length=20,
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
        ),
        migrations.CreateModel(
            name="Build",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=60)),
                ("kind", models.CharField(choices=[("numbered", "Numbered"), ("preview", "Preview")], max_length=10)),
                ("number", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "optimize",
                    models.CharField(
                        choices=[("size", "size"), ("balanced", "balanced"), ("speed", "speed")],
                        db_default="speed",
                        default="speed",
                        max_length=10,
                    ),
                ),
                (
                    "optimize_packages",
                    models.CharField(
                        choices=[("size", "size"), ("balanced", "balanced"), ("speed", "speed")],
                        db_default="balanced",
                        default="balanced",
                        max_length=10,
                    ),
                ),
                (
                    "match",
                    models.CharField(
                        choices=[("litert", "LiteRT"), ("tflm", "TFLite Micro")],
                        db_default="litert",
                        default="litert",
                        max_length=10,
                    ),
                ),
                ("measurement", models.JSONField(blank=True, null=True)),
                ("samples", models.CharField(blank=True, max_length=71)),
                ("evaluation", models.JSONField(blank=True, null=True)),
                ("judgements", models.JSONField(default=list)),
                ("diagnostics", models.JSONField(default=list)),
                ("created", models.DateTimeField(auto_now_add=True)),
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
                    "data_version",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="builds",
                        to="datasets.dataversion",
                    ),
                ),
                (
                    "job",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="build",
                        to="jobs.job",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="builds", to="projects.project"
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
            },
        ),
        migrations.CreateModel(
            name="BuildPackage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("target", models.CharField(max_length=40)),
                ("needs", models.JSONField(blank=True, null=True)),
                (
                    "artefact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="packages",
                        to="builds.artefact",
                    ),
                ),
                (
                    "build",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="packages", to="builds.build"
                    ),
                ),
                (
                    "job",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.RESTRICT, related_name="package", to="jobs.job"
                    ),
                ),
            ],
            options={
                "ordering": ["target"],
            },
        ),
        migrations.CreateModel(
            name="Preview",
            fields=[
                ("fence", models.PositiveBigIntegerField(default=0)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
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
                ("requested", models.DateTimeField(default=django.utils.timezone.now)),
                ("toolchain", models.CharField(blank=True, max_length=71)),
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
                "ordering": ["-requested"],
            },
        ),
        migrations.AddConstraint(
            model_name="artefact",
            constraint=models.UniqueConstraint(fields=("organisation", "spec_digest"), name="one_artefact_a_spec"),
        ),
        migrations.AddConstraint(
            model_name="artefactfile",
            constraint=models.UniqueConstraint(
                fields=("artefact", "role", "subject"), name="one_file_a_role_and_subject"
            ),
        ),
        migrations.AddConstraint(
            model_name="build",
            constraint=models.UniqueConstraint(fields=("project", "number"), name="one_build_a_number"),
        ),
        migrations.AddConstraint(
            model_name="build",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("job__isnull", False),
                        ("kind", "numbered"),
                        ("number__isnull", False),
                        ("version__isnull", False),
                    ),
                    models.Q(("job__isnull", True), ("kind", "preview"), ("number__isnull", True)),
                    _connector="OR",
                ),
                name="only_pressed_builds_have_numbers_and_jobs",
            ),
        ),
        migrations.AddConstraint(
            model_name="buildpackage",
            constraint=models.UniqueConstraint(fields=("build", "target"), name="one_package_a_target"),
        ),
        migrations.AddConstraint(
            model_name="preview",
            constraint=models.UniqueConstraint(fields=("project", "key"), name="one_preview_a_set_of_options"),
        ),
    ]
