"""Forms have no figures on test samples: conversions do not read these."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("learning", "0017_bounded_figures")]

    operations = [migrations.RemoveField(model_name="convertedform", name="tested")]
