import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("datasets", "0001_initial"),
        ("jobs", "0001_initial"),
        ("projects", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DeclaredModels",
            fields=[
                (
                    "project",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="declared_models",
                        serialize=False,
                        to="projects.project",
                    ),
                ),
                ("digest", models.CharField(max_length=71)),
                ("refusals", models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="ModelConversion",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "Running"),
                            ("paused", "Paused"),
                            ("finished", "Finished"),
                            ("needs", "Needs packages"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("error", models.CharField(blank=True, max_length=1000)),
                ("created", models.DateTimeField(default=django.utils.timezone.now)),
                ("source_name", models.CharField(max_length=200)),
                ("source_digest", models.CharField(max_length=71)),
                ("source_size", models.BigIntegerField()),
                ("weights_digest", models.CharField(blank=True, max_length=71)),
                ("weights_size", models.BigIntegerField(db_default=0, default=0)),
                ("samples_digest", models.CharField(blank=True, db_default="", default="", max_length=71)),
                ("samples_size", models.BigIntegerField(db_default=0, default=0)),
                ("shapes", models.JSONField(default=dict)),
                ("calibration", models.CharField(db_default="train", default="train", max_length=10)),
                ("spec_digest", models.CharField(max_length=71)),
                ("float_digest", models.CharField(blank=True, max_length=71)),
                ("description", models.JSONField(default=dict)),
                ("needs", models.JSONField(blank=True, null=True)),
                ("boards", models.JSONField(default=list)),
                (
                    "job",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="jobs.job",
                    ),
                ),
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="projects.project"
                    ),
                ),
            ],
            options={
                "ordering": ["-created"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ConvertedForm",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("form", models.CharField(max_length=20)),
                ("float_layers", models.JSONField(default=list)),
                ("calibrated_on", models.JSONField(blank=True, null=True)),
                ("digest", models.CharField(blank=True, max_length=71)),
                ("size", models.PositiveBigIntegerField(default=0)),
                ("figures", models.JSONField(default=dict)),
                ("needs", models.JSONField(default=dict)),
                ("refusal", models.CharField(blank=True, max_length=1000)),
                ("provenance", models.JSONField(default=dict)),
                ("change_request", models.PositiveIntegerField(blank=True, null=True)),
                ("created", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "conversion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="forms", to="learning.modelconversion"
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="ModelSearch",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "Running"),
                            ("paused", "Paused"),
                            ("finished", "Finished"),
                            ("needs", "Needs packages"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("error", models.CharField(blank=True, max_length=1000)),
                ("created", models.DateTimeField(default=django.utils.timezone.now)),
                ("number", models.PositiveIntegerField()),
                ("instruction", models.CharField(blank=True, max_length=10)),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("recipe", models.CharField(max_length=40)),
                ("arguments", models.JSONField(default=dict)),
                ("form", models.CharField(max_length=20)),
                ("seed", models.PositiveIntegerField(default=0)),
                ("model_path", models.CharField(max_length=200)),
                ("data_number", models.PositiveIntegerField()),
                ("data_digest", models.CharField(max_length=71)),
                ("description", models.JSONField(default=dict)),
                ("board", models.CharField(max_length=60)),
                ("second_board", models.CharField(blank=True, max_length=60)),
                ("limits", models.JSONField(default=dict)),
                ("vary", models.JSONField(default=dict)),
                ("trials", models.PositiveIntegerField()),
                ("minutes", models.PositiveIntegerField()),
                ("workers", models.PositiveIntegerField()),
                ("called", models.DateTimeField(default=django.utils.timezone.now)),
                ("end_reason", models.CharField(blank=True, max_length=300)),
                (
                    "data_version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="datasets.dataversion",
                    ),
                ),
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="projects.project"
                    ),
                ),
            ],
            options={
                "ordering": ["-created"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SearchTrial",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("arguments", models.JSONField()),
                ("form", models.CharField(max_length=20)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("running", "Running"),
                            ("over limit", "Over a limit"),
                            ("trained", "Trained"),
                            ("stopped", "Stopped early"),
                            ("failed", "Failed"),
                        ],
                        default="running",
                        max_length=10,
                    ),
                ),
                ("needs", models.JSONField(null=True)),
                ("second_needs", models.JSONField(null=True)),
                ("accuracy", models.JSONField(null=True)),
                ("curve", models.JSONField(default=list)),
                ("seconds", models.FloatField(default=0)),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("files", models.JSONField(default=dict)),
                ("sizes", models.JSONField(default=dict)),
                ("change_url", models.CharField(blank=True, max_length=300)),
                ("run_number", models.PositiveIntegerField(null=True)),
                (
                    "job",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="jobs.job",
                    ),
                ),
                (
                    "search",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="learning.modelsearch"
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="TrainingRun",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "Running"),
                            ("paused", "Paused"),
                            ("finished", "Finished"),
                            ("needs", "Needs packages"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("error", models.CharField(blank=True, max_length=1000)),
                ("created", models.DateTimeField(default=django.utils.timezone.now)),
                ("number", models.PositiveIntegerField()),
                ("instruction", models.CharField(blank=True, max_length=10)),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("recipe", models.CharField(max_length=40)),
                ("arguments", models.JSONField(default=dict)),
                ("form", models.CharField(max_length=20)),
                ("seed", models.PositiveIntegerField(default=0)),
                ("model_path", models.CharField(max_length=200)),
                ("data_number", models.PositiveIntegerField()),
                ("data_digest", models.CharField(max_length=71)),
                ("description", models.JSONField(default=dict)),
                ("backbone_path", models.CharField(blank=True, max_length=200)),
                ("backbone_digest", models.CharField(blank=True, max_length=71)),
                ("start_path", models.CharField(blank=True, max_length=200)),
                ("start_digest", models.CharField(blank=True, max_length=71)),
                ("teacher_number", models.PositiveIntegerField(default=0)),
                ("teacher_files", models.JSONField(default=dict)),
                ("boards", models.JSONField(default=list)),
                ("curves", models.JSONField(default=list)),
                ("best_epoch", models.PositiveIntegerField(default=0)),
                ("answers", models.JSONField(default=dict)),
                ("needs", models.JSONField(default=dict)),
                ("notes", models.JSONField(default=list)),
                ("report", models.JSONField(default=dict)),
                ("files", models.JSONField(default=dict)),
                ("sizes", models.JSONField(default=dict)),
                ("offers", models.BooleanField(default=False)),
                ("change_url", models.CharField(blank=True, max_length=300)),
                (
                    "data_version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="datasets.dataversion",
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="jobs.job",
                    ),
                ),
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="projects.project"
                    ),
                ),
            ],
            options={
                "ordering": ["-created"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="TrainingTime",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("begun", models.DateTimeField()),
                ("ended", models.DateTimeField(db_index=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.organisation"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="modelconversion",
            index=models.Index(fields=["spec_digest"], name="conversions_by_spec"),
        ),
        migrations.AddConstraint(
            model_name="convertedform",
            constraint=models.UniqueConstraint(fields=("conversion", "number"), name="one_form_a_number"),
        ),
        migrations.AddConstraint(
            model_name="modelsearch",
            constraint=models.UniqueConstraint(fields=("project", "number"), name="one_search_a_number"),
        ),
        migrations.AddConstraint(
            model_name="searchtrial",
            constraint=models.UniqueConstraint(fields=("search", "number"), name="one_trial_a_number"),
        ),
        migrations.AddConstraint(
            model_name="trainingrun",
            constraint=models.UniqueConstraint(fields=("project", "number"), name="one_training_run_a_number"),
        ),
    ]
