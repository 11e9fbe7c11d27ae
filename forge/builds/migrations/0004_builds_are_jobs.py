from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("builds", "0003_jobs_of_builds"),
    ]

    operations = [
        migrations.DeleteModel(
            name="BuildLogLine",
        ),
        migrations.RemoveConstraint(
            model_name="build",
            name="only_pressed_builds_have_numbers",
        ),
        migrations.RemoveConstraint(
            model_name="build",
            name="a_running_build_has_a_lease",
        ),
        migrations.RemoveConstraint(
            model_name="build",
            name="a_success_has_a_rune",
        ),
        migrations.RemoveIndex(
            model_name="build",
            name="builds_waiting",
        ),
        migrations.RemoveIndex(
            model_name="build",
            name="builds_begun",
        ),
        migrations.RemoveField(
            model_name="build",
            name="attempt",
        ),
        migrations.RemoveField(
            model_name="build",
            name="by_program",
        ),
        migrations.RemoveField(
            model_name="build",
            name="error",
        ),
        migrations.RemoveField(
            model_name="build",
            name="fence",
        ),
        migrations.RemoveField(
            model_name="build",
            name="finished",
        ),
        migrations.RemoveField(
            model_name="build",
            name="lease_until",
        ),
        migrations.RemoveField(
            model_name="build",
            name="requested_by",
        ),
        migrations.RemoveField(
            model_name="build",
            name="started",
        ),
        migrations.RemoveField(
            model_name="build",
            name="state",
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
    ]
