from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_scopes_are_verbs")]

    operations = [
        migrations.CreateModel(
            name="HeldName",
            fields=[
                ("name", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("organisation", models.UUIDField(db_index=True)),
                ("since", models.DateTimeField(auto_now_add=True)),
            ],
        ),
    ]
