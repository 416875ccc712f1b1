"""An asking that nobody could be told of is a task for the lead, once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("delivery", "0005_own_notes")]

    operations = [
        migrations.AddField(
            model_name="timing", name="unreached_at", field=models.DateTimeField(null=True)
        ),
    ]
