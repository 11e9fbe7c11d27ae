import django.db.models.deletion
import django.utils.timezone
import forge.datasets.models.collecting
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("jobs", "0001_initial"),
        ("projects", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DataSet",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("revision", models.PositiveBigIntegerField(default=0)),
                ("last_number", models.PositiveIntegerField(default=0)),
                ("last_group", models.PositiveIntegerField(default=0)),
                ("is_restricted", models.BooleanField(db_default=False, default=False)),
                ("licence", models.CharField(blank=True, db_default="", max_length=20)),
                ("row_rates", models.JSONField(db_default=[], default=list)),
                ("created", models.DateTimeField(auto_now_add=True)),
                (
                    "project",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="data_set", to="projects.project"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Sample",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("sound", "Sound"), ("picture", "Picture"), ("motion", "Motion"), ("table", "Table")],
                        max_length=10,
                    ),
                ),
                ("media_type", models.CharField(max_length=20)),
                ("digest", models.CharField(max_length=71)),
                ("size", models.BigIntegerField()),
                ("milliseconds", models.PositiveIntegerField(default=0)),
                ("drawing", models.JSONField(default=dict)),
                (
                    "quality",
                    models.CharField(
                        choices=[
                            ("good", "Good"),
                            ("quiet", "Too quiet"),
                            ("clipped", "Overdriven"),
                            ("still", "No motion"),
                            ("unchecked", "Not checked"),
                        ],
                        max_length=10,
                    ),
                ),
                ("label", models.CharField(blank=True, max_length=60)),
                ("events", models.JSONField(blank=True, null=True)),
                ("positions", models.JSONField(blank=True, null=True)),
                ("is_disputed", models.BooleanField(db_default=False, default=False)),
                (
                    "split",
                    models.CharField(
                        choices=[("train", "Train"), ("validation", "Validation"), ("test", "Test")], max_length=10
                    ),
                ),
                ("device", models.CharField(blank=True, max_length=60)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("upload", "Uploaded"),
                            ("import", "Imported"),
                            ("phone", "Recorded with a phone"),
                            ("guest", "Sent by a guest"),
                            ("file", "Was a file of the project"),
                            ("example", "Example, computed by Hammer Forge"),
                        ],
                        max_length=10,
                    ),
                ),
                ("is_excluded", models.BooleanField(default=False)),
                ("tested_since", models.PositiveIntegerField(blank=True, null=True)),
                ("revision", models.PositiveBigIntegerField()),
                ("created", models.DateTimeField(default=django.utils.timezone.now)),
                ("removed", models.DateTimeField(blank=True, null=True)),
                ("removal_reason", models.CharField(blank=True, max_length=10)),
                ("erased", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": [models.OrderBy(models.F("number"), descending=True)],
            },
        ),
        migrations.CreateModel(
            name="CollectingLink",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "audience",
                    models.CharField(
                        choices=[("own", "A phone of my own"), ("guests", "People outside, with a link")],
                        default="own",
                        max_length=10,
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=80)),
                ("code_hash", models.CharField(blank=True, max_length=64)),
                ("label", models.CharField(blank=True, max_length=60)),
                (
                    "kind",
                    models.CharField(
                        choices=[("sound", "Sound"), ("picture", "Picture"), ("motion", "Motion"), ("table", "Table")],
                        max_length=10,
                    ),
                ),
                ("milliseconds", models.PositiveIntegerField()),
                ("rate", models.PositiveIntegerField()),
                ("wanted", models.PositiveIntegerField()),
                ("hint", models.CharField(blank=True, max_length=200)),
                ("days", models.PositiveIntegerField()),
                ("purposes", models.JSONField(default=forge.datasets.models.collecting.usual_purposes)),
                ("tabs", models.JSONField(default=list)),
                ("is_of_things", models.BooleanField(default=False)),
                ("secret_hash", models.CharField(max_length=64, unique=True)),
                ("session_hash", models.CharField(blank=True, max_length=128)),
                ("created", models.DateTimeField(auto_now_add=True)),
                ("expires", models.DateTimeField()),
                ("used", models.DateTimeField(blank=True, null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="collecting_links",
                        to="projects.project",
                    ),
                ),
            ],
            options={
                "ordering": ["-created"],
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("text", models.TextField()),
                ("for_tests", models.BooleanField()),
                ("for_training", models.BooleanField()),
                ("for_readers", models.BooleanField()),
                ("for_other_projects", models.BooleanField()),
                ("agreed", models.DateTimeField(auto_now_add=True)),
                ("ends", models.DateTimeField(blank=True, null=True)),
                ("withdrawn", models.DateTimeField(blank=True, null=True)),
                ("is_restricted", models.BooleanField(db_default=False, default=False)),
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
                    "replaced_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="replaced",
                        to="datasets.consent",
                    ),
                ),
                (
                    "data_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="consents", to="datasets.dataset"
                    ),
                ),
            ],
            options={
                "ordering": ["-agreed"],
            },
        ),
        migrations.CreateModel(
            name="Collector",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("secret_hash", models.CharField(max_length=64, unique=True)),
                ("digits", models.CharField(blank=True, max_length=4)),
                ("browser", models.CharField(blank=True, max_length=40)),
                ("number", models.PositiveIntegerField(default=0)),
                ("receipt_hash", models.CharField(blank=True, max_length=64)),
                ("created", models.DateTimeField(auto_now_add=True)),
                ("expires", models.DateTimeField()),
                (
                    "link",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="collectors",
                        to="datasets.collectinglink",
                    ),
                ),
                (
                    "consent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="datasets.consent",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DataImport",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("sending", "Sending"),
                            ("reading", "Reading its lists"),
                            ("ready", "Ready to import"),
                            ("adding", "Adding samples"),
                            ("done", "Imported"),
                            ("failed", "Stopped"),
                        ],
                        default="sending",
                        max_length=10,
                    ),
                ),
                ("size", models.BigIntegerField()),
                ("received_bytes", models.BigIntegerField(default=0)),
                ("pieces", models.JSONField(default=list)),
                ("group", models.CharField(blank=True, max_length=60)),
                ("alone", models.BooleanField(default=False)),
                ("device", models.CharField(blank=True, max_length=60)),
                ("labels", models.JSONField(blank=True, null=True)),
                ("settlements", models.JSONField(default=dict)),
                ("description", models.JSONField(default=dict)),
                ("position", models.PositiveIntegerField(default=0)),
                ("total", models.PositiveIntegerField(default=0)),
                ("new_samples", models.PositiveIntegerField(default=0)),
                ("duplicates", models.PositiveIntegerField(default=0)),
                ("omission_count", models.PositiveIntegerField(default=0)),
                ("omissions", models.JSONField(default=list)),
                ("notes", models.JSONField(db_default=[], default=list)),
                ("error", models.CharField(blank=True, max_length=500)),
                ("created", models.DateTimeField(default=django.utils.timezone.now)),
                ("changed", models.DateTimeField(auto_now=True)),
                (
                    "consent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="imports", to="datasets.consent"
                    ),
                ),
                (
                    "data_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="imports", to="datasets.dataset"
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
            ],
            options={
                "ordering": ["-created"],
            },
        ),
        migrations.CreateModel(
            name="DataVersion",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("digest", models.CharField(max_length=71)),
                ("message", models.CharField(blank=True, max_length=200)),
                ("created", models.DateTimeField(auto_now_add=True)),
                ("figures", models.JSONField()),
                ("changes", models.JSONField(default=list)),
                (
                    "data_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="versions", to="datasets.dataset"
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
                "ordering": ["-number"],
            },
        ),
        migrations.CreateModel(
            name="DataCopy",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("by_program", models.BooleanField(default=False)),
                ("layout", models.CharField(max_length=40)),
                ("first", models.PositiveIntegerField()),
                ("last", models.PositiveIntegerField()),
                ("created", models.DateTimeField(default=django.utils.timezone.now)),
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
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="copies", to="datasets.dataversion"
                    ),
                ),
            ],
            options={
                "ordering": ["-created"],
            },
        ),
        migrations.CreateModel(
            name="Group",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("pseudonym", models.CharField(blank=True, max_length=60)),
                (
                    "split",
                    models.CharField(
                        choices=[("train", "Train"), ("validation", "Validation"), ("test", "Test")], max_length=10
                    ),
                ),
                (
                    "data_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="groups", to="datasets.dataset"
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
            ],
        ),
        migrations.CreateModel(
            name="LabelClaim",
            fields=[
                (
                    "sample",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="claim",
                        serialize=False,
                        to="datasets.sample",
                    ),
                ),
                ("until", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="SampleAnalysis",
            fields=[
                (
                    "sample",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="analysis",
                        serialize=False,
                        to="datasets.sample",
                    ),
                ),
                ("recipe", models.PositiveSmallIntegerField()),
                ("features", models.BinaryField()),
                ("words", models.BinaryField()),
                ("answer", models.CharField(blank=True, max_length=60)),
                ("score", models.FloatField(blank=True, null=True)),
                ("suggestion", models.CharField(blank=True, max_length=60)),
                ("confidence", models.FloatField(blank=True, null=True)),
                ("doubted_label", models.CharField(blank=True, max_length=60)),
                ("likeness", models.PositiveIntegerField(blank=True, null=True)),
                ("alike", models.PositiveIntegerField(default=0)),
                ("crosses_splits", models.BooleanField(default=False)),
                ("is_outlier", models.BooleanField(default=False)),
            ],
        ),
        migrations.AddField(
            model_name="sample",
            name="consent",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.RESTRICT, related_name="samples", to="datasets.consent"
            ),
        ),
        migrations.AddField(
            model_name="sample",
            name="data_set",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="samples", to="datasets.dataset"
            ),
        ),
        migrations.AddField(
            model_name="sample",
            name="group",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="samples",
                to="datasets.group",
            ),
        ),
        migrations.AddField(
            model_name="sample",
            name="labelled_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.CreateModel(
            name="ProtectedRun",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("job", models.UUIDField(unique=True)),
                ("created", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "data_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="datasets.dataset"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SampleAnswer",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("rune", models.CharField(max_length=71)),
                ("label", models.CharField(blank=True, max_length=60)),
                ("scores", models.JSONField(default=dict)),
                ("reason", models.CharField(blank=True, max_length=200)),
                (
                    "sample",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="answers", to="datasets.sample"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SampleOpinion",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("label", models.CharField(max_length=60)),
                ("created", models.DateTimeField(default=django.utils.timezone.now)),
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
                    "sample",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="opinions", to="datasets.sample"
                    ),
                ),
            ],
            options={
                "ordering": ["created", "id"],
            },
        ),
        migrations.CreateModel(
            name="SampleRemoval",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("withdrawn", "Consent was withdrawn"),
                            ("deleted", "Deleted by a person"),
                            ("ended", "Their time was over"),
                        ],
                        max_length=10,
                    ),
                ),
                ("count", models.PositiveIntegerField()),
                ("stopped", models.JSONField(default=list)),
                ("created", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "data_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="removals", to="datasets.dataset"
                    ),
                ),
            ],
            options={
                "ordering": ["-created"],
            },
        ),
        migrations.AddField(
            model_name="sample",
            name="removal",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="samples",
                to="datasets.sampleremoval",
            ),
        ),
        migrations.CreateModel(
            name="Submission",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("accepted", "Accepted"),
                            ("refused", "Refused"),
                            ("deleted", "Deleted"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("sound", "Sound"), ("picture", "Picture"), ("motion", "Motion"), ("table", "Table")],
                        max_length=10,
                    ),
                ),
                ("media_type", models.CharField(max_length=20)),
                ("digest", models.CharField(max_length=71)),
                ("size", models.BigIntegerField()),
                ("milliseconds", models.PositiveIntegerField(default=0)),
                ("drawing", models.JSONField(default=dict)),
                (
                    "quality",
                    models.CharField(
                        choices=[
                            ("good", "Good"),
                            ("quiet", "Too quiet"),
                            ("clipped", "Overdriven"),
                            ("still", "No motion"),
                            ("unchecked", "Not checked"),
                        ],
                        max_length=10,
                    ),
                ),
                ("label", models.CharField(blank=True, max_length=60)),
                ("device", models.CharField(blank=True, max_length=60)),
                ("created", models.DateTimeField(default=django.utils.timezone.now)),
                ("erased", models.DateTimeField(blank=True, null=True)),
                (
                    "collector",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="submissions", to="datasets.collector"
                    ),
                ),
                (
                    "consent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="datasets.consent"
                    ),
                ),
                (
                    "sample",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="datasets.sample",
                    ),
                ),
            ],
            options={
                "ordering": ["created"],
            },
        ),
        migrations.CreateModel(
            name="DataAnalysis",
            fields=[
                (
                    "data_set",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="analysis",
                        serialize=False,
                        to="datasets.dataset",
                    ),
                ),
                ("revision", models.PositiveBigIntegerField(blank=True, null=True)),
                ("rune", models.CharField(blank=True, max_length=71)),
                ("build", models.CharField(blank=True, max_length=120)),
                ("build_url", models.CharField(blank=True, max_length=300)),
                ("problem", models.CharField(blank=True, max_length=500)),
                ("label_problem", models.CharField(blank=True, max_length=500)),
                ("finished", models.DateTimeField(blank=True, null=True)),
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
            ],
        ),
        migrations.AddIndex(
            model_name="consent",
            index=models.Index(
                condition=models.Q(("ends__isnull", False), ("withdrawn", None)),
                fields=["ends"],
                name="consents_to_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(("for_tests", True), ("for_training", True), _connector="OR"),
                name="a_consent_has_a_purpose",
            ),
        ),
        migrations.AddConstraint(
            model_name="dataversion",
            constraint=models.UniqueConstraint(fields=("data_set", "number"), name="one_data_version_a_number"),
        ),
        migrations.AddConstraint(
            model_name="dataversion",
            constraint=models.UniqueConstraint(fields=("data_set", "digest"), name="one_data_version_a_digest"),
        ),
        migrations.AddIndex(
            model_name="datacopy",
            index=models.Index(fields=["version", "created"], name="copies_of_versions"),
        ),
        migrations.AddConstraint(
            model_name="group",
            constraint=models.UniqueConstraint(fields=("data_set", "number"), name="one_group_a_number"),
        ),
        migrations.AddConstraint(
            model_name="group",
            constraint=models.UniqueConstraint(
                condition=models.Q(("pseudonym", ""), _negated=True),
                fields=("data_set", "pseudonym"),
                name="one_group_a_pseudonym",
            ),
        ),
        migrations.AddConstraint(
            model_name="group",
            constraint=models.UniqueConstraint(fields=("data_set", "person"), name="one_group_a_person"),
        ),
        migrations.AddField(
            model_name="labelclaim",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddIndex(
            model_name="sampleanalysis",
            index=models.Index(
                condition=models.Q(("likeness__isnull", False)), fields=["likeness"], name="samples_by_likeness"
            ),
        ),
        migrations.AddIndex(
            model_name="protectedrun",
            index=models.Index(fields=["person", "created"], name="protected_runs_of_people"),
        ),
        migrations.AddConstraint(
            model_name="sampleanswer",
            constraint=models.UniqueConstraint(fields=("sample", "rune"), name="one_answer_a_sample_and_rune"),
        ),
        migrations.AddConstraint(
            model_name="sampleopinion",
            constraint=models.UniqueConstraint(fields=("sample", "person"), name="one_opinion_a_person"),
        ),
        migrations.AddIndex(
            model_name="sample",
            index=models.Index(
                condition=models.Q(("removed", None)),
                fields=[
                    "data_set",
                    "label",
                    "split",
                    "group",
                    "device",
                    "is_excluded",
                    "consent",
                    "milliseconds",
                    "is_disputed",
                    "revision",
                    "removed",
                ],
                name="samples_by_tally",
            ),
        ),
        migrations.AddIndex(
            model_name="sample",
            index=models.Index(
                condition=models.Q(("removed", None)), fields=["data_set", "label", "number"], name="samples_by_label"
            ),
        ),
        migrations.AddIndex(
            model_name="sample",
            index=models.Index(
                condition=models.Q(("is_disputed", True)), fields=["data_set"], name="samples_in_dispute"
            ),
        ),
        migrations.AddIndex(
            model_name="sample",
            index=models.Index(
                condition=models.Q(("positions__isnull", False)), fields=["data_set"], name="samples_with_positions"
            ),
        ),
        migrations.AddIndex(
            model_name="sample",
            index=models.Index(
                condition=models.Q(("erased", None), ("removed__isnull", False)),
                fields=["removed"],
                name="samples_to_erase",
            ),
        ),
        migrations.AddConstraint(
            model_name="sample",
            constraint=models.UniqueConstraint(fields=("data_set", "number"), name="one_sample_a_number"),
        ),
        migrations.AddConstraint(
            model_name="sample",
            constraint=models.UniqueConstraint(
                condition=models.Q(("removed", None)), fields=("data_set", "digest"), name="one_sample_a_digest"
            ),
        ),
        migrations.AddConstraint(
            model_name="sample",
            constraint=models.CheckConstraint(
                condition=models.Q(("erased", None), ("removed__isnull", False), _connector="OR"),
                name="erased_data_samples_are_removed",
            ),
        ),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(fields=["state", "created"], name="submissions_by_state"),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.UniqueConstraint(fields=("collector", "digest"), name="one_submission_a_digest"),
        ),
    ]
