from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("repositories", "0001_initial")]

    operations = [
        migrations.RenameField("pull", "left_out", "skipped_paths"),
        migrations.RenameField("pull", "came", "commits"),
        migrations.RenameField("pull", "came_count", "commit_count"),
    ]
