from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("deployments", "0003_move_telemetry")]
    operations = [
        migrations.RemoveField(model_name="deployment", name="telemetry"),
        migrations.DeleteModel(name="TelemetryOfDay"),
    ]
