import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("jobs", "0001_initial"),
        ("projects", "0001_initial"),
        ("reviews", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LinkedBranch",
            fields=[
                (
                    "project",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="linked_branch",
                        serialize=False,
                        to="projects.project",
                    ),
                ),
                ("url", models.CharField(max_length=500)),
                ("branch", models.CharField(max_length=200)),
                ("folder", models.CharField(blank=True, max_length=200)),
                ("linked", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended", models.DateTimeField(blank=True, null=True)),
                ("commit", models.CharField(blank=True, max_length=40)),
                ("shared", models.DateTimeField(blank=True, null=True)),
                (
                    "linked_by",
                    models.ForeignKey(
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
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="projects.version",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Pull",
            fields=[
                (
                    "job",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="pull",
                        serialize=False,
                        to="jobs.job",
                    ),
                ),
                ("sealed_token", models.TextField(blank=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("unchanged", "Nothing new"),
                            ("updated", "Files updated"),
                            ("offered", "Change request"),
                        ],
                        max_length=10,
                    ),
                ),
                ("commit", models.CharField(blank=True, max_length=40)),
                ("commits", models.JSONField(default=list)),
                ("commit_count", models.PositiveIntegerField(default=0)),
                ("skipped_paths", models.JSONField(default=list)),
                ("created", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "change_request",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="reviews.changerequest",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="pulls", to="projects.project"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="projects.version",
                    ),
                ),
            ],
            options={
                "ordering": ["-created"],
            },
        ),
        migrations.CreateModel(
            name="RemoteRequest",
            fields=[
                (
                    "change_request",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="remote_request",
                        serialize=False,
                        to="reviews.changerequest",
                    ),
                ),
                ("url", models.CharField(max_length=500)),
                ("ref", models.CharField(max_length=250)),
                ("commit", models.CharField(max_length=40)),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="remote_requests",
                        to="projects.project",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["project", "ref"], name="remote_requests_by_ref")],
            },
        ),
    ]
