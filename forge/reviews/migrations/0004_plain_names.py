from django.db import migrations, models


def rename(apps, schema_editor):
    apps.get_model("reviews", "Suggestion").objects.filter(state="taken").update(state="applied")
    apps.get_model("core", "Event").objects.filter(type="review.asked").update(type="review.requested")
    apps.get_model("webhooks", "Delivery").objects.filter(type="review.asked").update(type="review.requested")
    apps.get_model("notices", "Notice").objects.filter(kind="review-asked").update(kind="review-requested")
    apps.get_model("activity", "Activity").objects.filter(kind="review-asked").update(kind="review-requested")


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0003_rules_and_reminders"),
        ("core", "0001_initial"),
        ("webhooks", "0001_initial"),
        ("notices", "0001_initial"),
        ("activity", "0001_initial"),
    ]

    operations = [
        migrations.RenameField(model_name="changerequest", old_name="changes_asked", new_name="changes_requested"),
        migrations.RenameField(model_name="review", old_name="asked_by", new_name="requested_by"),
        migrations.RenameField(model_name="round", old_name="asked_by", new_name="requested_by"),
        migrations.RenameField(model_name="suggestion", old_name="wishes", new_name="overrides"),
        migrations.AlterField(
            model_name="suggestion",
            name="state",
            field=models.CharField(
                choices=[
                    ("open", "Open"),
                    ("applied", "Applied"),
                    ("declined", "Declined"),
                    ("withdrawn", "Withdrawn"),
                ],
                default="open",
                max_length=10,
            ),
        ),
        migrations.RunPython(rename, elidable=True),
    ]
