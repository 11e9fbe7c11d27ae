"""Change requests remember what they offered before, and that changes were asked for."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def first_rounds(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """What was offered before rounds were remembered is one round, of the time when it was offered."""
    requests = apps.get_model("reviews", "ChangeRequest")
    rounds = apps.get_model("reviews", "OfferRound")
    for each in requests.objects.exclude(offered=None).iterator():
        made = rounds.objects.create(request=each, number=1, version_id=each.offered_id, offered_by_id=each.author_id)
        rounds.objects.filter(pk=made.pk).update(created=each.created)


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("reviews", "0010_change_requests"),
    ]

    operations = [
        migrations.AddField(
            model_name="changerequest",
            name="changes_asked",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name="OfferRound",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("message", models.TextField(blank=True)),
                ("created", models.DateTimeField(auto_now_add=True)),
                (
                    "offered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rounds", to="reviews.changerequest"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="projects.version",
                    ),
                ),
            ],
            options={"ordering": ["number"]},
        ),
        migrations.AddConstraint(
            model_name="offerround",
            constraint=models.UniqueConstraint(fields=("request", "number"), name="one_offer_round_a_number"),
        ),
        migrations.RunPython(first_rounds, migrations.RunPython.noop),
    ]
