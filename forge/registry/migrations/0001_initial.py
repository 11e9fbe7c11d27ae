import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("builds", "0001_initial"),
        ("core", "0001_initial"),
        ("datasets", "0001_initial"),
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
            name="Rebuild",
            fields=[
                (
                    "artefact",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="rebuild",
                        serialize=False,
                        to="builds.artefact",
                    ),
                ),
                ("digest", models.CharField(blank=True, max_length=71)),
                ("differences", models.JSONField(default=list)),
                ("error", models.TextField(blank=True)),
                ("created", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="RegistryRules",
            fields=[
                (
                    "organisation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="accounts.organisation",
                    ),
                ),
                ("takes_all", models.BooleanField(default=False)),
                ("versions_move", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="BlobDigest",
            fields=[
                ("digest", models.CharField(max_length=135, primary_key=True, serialize=False)),
                (
                    "blob",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="core.blob"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Manifest",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("media_type", models.CharField(max_length=255)),
                ("artifact_type", models.CharField(blank=True, db_default="", max_length=255)),
                ("subject", models.CharField(blank=True, db_default="", max_length=135)),
                ("annotations", models.JSONField(db_default={}, default=dict)),
                ("fixed", models.BooleanField(db_default=False, default=False)),
                ("trashed", models.DateTimeField(blank=True, null=True)),
                ("trashed_tags", models.JSONField(db_default=[], default=list)),
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
                (
                    "admission",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("open", "Not protected"),
                            ("passed", "Passed the gate"),
                            ("overridden", "Overridden by an owner"),
                        ],
                        db_default="",
                        max_length=10,
                    ),
                ),
                ("override", models.TextField(blank=True, db_default="")),
                ("notes", models.TextField(blank=True)),
                ("deprecated", models.DateTimeField(blank=True, null=True)),
                ("deprecation", models.TextField(blank=True)),
                ("successor", models.CharField(blank=True, db_default="", max_length=250)),
                ("withdrawn", models.DateTimeField(blank=True, null=True)),
                ("withdrawal", models.TextField(blank=True, db_default="")),
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
            name="ArtifactTag",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=128)),
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
                    "repository",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="artifact_tags",
                        to="registry.repository",
                    ),
                ),
                (
                    "manifest",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="artifact_tags",
                        to="registry.manifest",
                    ),
                ),
            ],
            options={
                "ordering": ["-created"],
            },
        ),
        migrations.CreateModel(
            name="Mirror",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("direction", models.CharField(choices=[("to", "Copied to"), ("from", "Fetched from")], max_length=4)),
                ("registry", models.CharField(max_length=300)),
                ("repository", models.CharField(max_length=255)),
                ("user", models.CharField(blank=True, max_length=200)),
                ("sealed_password", models.TextField(blank=True)),
                ("created", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended", models.DateTimeField(blank=True, null=True)),
                ("copied_state", models.CharField(blank=True, max_length=71)),
                ("changed", models.DateTimeField(blank=True, null=True)),
                ("problem", models.CharField(blank=True, max_length=500)),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="mirrors", to="projects.project"
                    ),
                ),
            ],
            options={
                "ordering": ["direction"],
            },
        ),
        migrations.CreateModel(
            name="ProvenanceRecord",
            fields=[
                ("created", models.DateTimeField()),
                (
                    "publication",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="provenance",
                        serialize=False,
                        to="registry.publication",
                    ),
                ),
            ],
            options={
                "abstract": False,
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
            name="PushedBlob",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("pushed", models.DateTimeField()),
                (
                    "blob",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.blob"),
                ),
                (
                    "repository",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pushed_blobs",
                        to="registry.repository",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SigningKey",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "origin",
                    models.CharField(
                        choices=[("server", "Kept by this server"), ("home", "Kept at home")], max_length=10
                    ),
                ),
                (
                    "algorithm",
                    models.CharField(choices=[("ed25519", "ed25519"), ("ecdsa-p256", "ecdsa-p256")], max_length=20),
                ),
                ("fingerprint", models.CharField(blank=True, max_length=71)),
                ("public_key", models.TextField(blank=True)),
                ("sealed", models.TextField(blank=True)),
                ("created", models.DateTimeField()),
                ("retired", models.DateTimeField(blank=True, null=True)),
                ("revoked", models.DateTimeField(blank=True, null=True)),
                ("revocation", models.TextField(blank=True)),
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
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="signing_keys",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "ordering": ["-created"],
            },
        ),
        migrations.CreateModel(
            name="Signature",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created", models.DateTimeField()),
                (
                    "manifest",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="registry.manifest"
                    ),
                ),
                (
                    "publication",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="signatures",
                        to="registry.publication",
                    ),
                ),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="signatures", to="registry.signingkey"
                    ),
                ),
            ],
            options={
                "ordering": ["-created"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="PublishedBlockSignature",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created", models.DateTimeField()),
                (
                    "block",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="signatures",
                        to="registry.blockversion",
                    ),
                ),
                (
                    "manifest",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="registry.manifest"
                    ),
                ),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="block_signatures",
                        to="registry.signingkey",
                    ),
                ),
            ],
            options={
                "ordering": ["-created"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="StandingTable",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("address", models.CharField(max_length=32, unique=True)),
                ("samples", models.CharField(max_length=71, unique=True)),
                ("title", models.CharField(max_length=80)),
                ("data_digest", models.CharField(max_length=71)),
                ("labels", models.JSONField()),
                ("created", models.DateTimeField()),
                ("closed", models.DateTimeField(blank=True, null=True)),
                ("closing", models.TextField(blank=True, default="")),
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
                    "data_version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="datasets.dataversion",
                    ),
                ),
            ],
            options={
                "ordering": ["-created"],
            },
        ),
        migrations.CreateModel(
            name="StandingEntry",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.CharField(max_length=128)),
                ("rune", models.CharField(max_length=71)),
                ("size", models.PositiveBigIntegerField()),
                ("memory", models.PositiveBigIntegerField(null=True)),
                ("right", models.PositiveIntegerField()),
                ("sample_count", models.PositiveIntegerField()),
                ("joined", models.DateTimeField()),
                ("left", models.DateTimeField(blank=True, null=True)),
                ("reason", models.TextField(blank=True, default="")),
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
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="builds.build"
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="projects.project"
                    ),
                ),
                (
                    "table",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="entries", to="registry.standingtable"
                    ),
                ),
            ],
            options={
                "ordering": ["joined"],
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
                ("withdrawn", models.DateTimeField(blank=True, null=True)),
                ("withdrawal", models.TextField(blank=True, db_default="")),
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
            name="Upload",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("size", models.BigIntegerField(default=0)),
                ("parts", models.JSONField(default=list)),
                ("changed", models.DateTimeField()),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "repository",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="uploads", to="registry.repository"
                    ),
                ),
            ],
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
            name="WithdrawnRune",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("digest", models.CharField(max_length=71)),
                ("files", models.CharField(blank=True, max_length=71)),
                ("tag", models.CharField(max_length=128)),
                ("reason", models.TextField()),
                (
                    "repository",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="withdrawn_runes",
                        to="registry.repository",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BlockProvenanceRecord",
            fields=[
                ("created", models.DateTimeField()),
                (
                    "block",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="provenance",
                        serialize=False,
                        to="registry.blockversion",
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="registry.manifest"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
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
        migrations.AddIndex(
            model_name="manifest",
            index=models.Index(
                condition=models.Q(("subject", ""), _negated=True), fields=["repository", "subject"], name="referrers"
            ),
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
            model_name="blockversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("withdrawal", ""), ("withdrawn", None)),
                    models.Q(("withdrawn__isnull", False), models.Q(("withdrawal", ""), _negated=True)),
                    _connector="OR",
                ),
                name="a_withdrawn_block_has_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="artifacttag",
            constraint=models.UniqueConstraint(fields=("repository", "name"), name="one_artifact_a_tag"),
        ),
        migrations.AddConstraint(
            model_name="mirror",
            constraint=models.UniqueConstraint(fields=("project", "direction"), name="one_mirror_a_direction"),
        ),
        migrations.AddField(
            model_name="provenancerecord",
            name="statement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="registry.manifest"
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
            model_name="pushedblob",
            constraint=models.UniqueConstraint(fields=("repository", "blob"), name="one_push_a_blob"),
        ),
        migrations.AddConstraint(
            model_name="signingkey",
            constraint=models.UniqueConstraint(
                condition=models.Q(("fingerprint", ""), _negated=True),
                fields=("organisation", "fingerprint"),
                name="one_signing_key_a_fingerprint",
            ),
        ),
        migrations.AddConstraint(
            model_name="signingkey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("revocation", ""), ("revoked", None)),
                    models.Q(("revoked__isnull", False), models.Q(("revocation", ""), _negated=True)),
                    _connector="OR",
                ),
                name="a_revocation_has_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.UniqueConstraint(fields=("publication", "key"), name="one_signature_a_key"),
        ),
        migrations.AddConstraint(
            model_name="publishedblocksignature",
            constraint=models.UniqueConstraint(fields=("block", "key"), name="one_block_signature_a_key"),
        ),
        migrations.AddConstraint(
            model_name="standingtable",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed", None), ("closing", "")),
                    models.Q(("closed__isnull", False), models.Q(("closing", ""), _negated=True)),
                    _connector="OR",
                ),
                name="a_closed_standing_has_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="standingentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("left", None)), fields=("table", "project", "rune"), name="one_standing_a_rune"
            ),
        ),
        migrations.AddConstraint(
            model_name="standingentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("left", None), ("reason", "")),
                    models.Q(("left__isnull", False), models.Q(("reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="who_left_a_standing_has_a_reason",
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
            model_name="tag",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("withdrawal", ""), ("withdrawn", None)),
                    models.Q(("withdrawn__isnull", False), models.Q(("withdrawal", ""), _negated=True)),
                    _connector="OR",
                ),
                name="a_withdrawal_has_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="useofday",
            constraint=models.UniqueConstraint(fields=("repository", "day"), name="one_row_a_day_of_use"),
        ),
        migrations.AddConstraint(
            model_name="withdrawnrune",
            constraint=models.UniqueConstraint(fields=("repository", "digest"), name="one_withdrawal_a_digest"),
        ),
    ]
