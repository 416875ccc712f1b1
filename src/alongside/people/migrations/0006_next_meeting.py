"""When a group meets next, for its members."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0005_essentials")]

    operations = [
        migrations.AddField(
            model_name="group", name="next_at", field=models.DateTimeField(null=True)
        ),
    ]
