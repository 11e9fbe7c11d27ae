import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0004_verdicts_hold_for_bytes")]
    operations = [
        migrations.AlterField(
            model_name="verdict",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="projects.project"
            ),
        ),
        migrations.AddConstraint(
            model_name="verdict",
            constraint=models.UniqueConstraint(
                condition=models.Q(("replaced", False)),
                fields=("project", "rune_digest", "user"),
                name="one_standing_verdict_a_rune_of_a_member",
            ),
        ),
    ]
