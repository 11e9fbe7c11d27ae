from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("builds", "0012_versions_of_builds")]

    operations = [migrations.RemoveField(model_name="build", name="data")]
