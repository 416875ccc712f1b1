"""Whether texts to a phone are safe is said by its owner; until then none goes there."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0002_sex")]

    operations = [
        migrations.AddField(
            model_name="contactpoint",
            name="texts",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
