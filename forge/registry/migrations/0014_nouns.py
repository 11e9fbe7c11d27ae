from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("registry", "0013_standings")]

    operations = [migrations.RenameField("standingentry", "tested", "sample_count")]
