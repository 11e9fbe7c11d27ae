from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("jobs", "0004_signer")]

    operations = [migrations.RenameField(model_name="worker", old_name="seen", new_name="announced")]
