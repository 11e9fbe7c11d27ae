from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        # Its samples are in data sets from then on.
        ("datasets", "0005_samples_of_files"),
        ("projects", "0004_commit_of_a_branch"),
    ]

    operations = [migrations.DeleteModel(name="Sample")]
