"""Some questionnaires have a line of their own for women or men."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="person",
            name="sex",
            field=models.CharField(blank=True, default="", max_length=6),
            preserve_default=False,
        ),
    ]
