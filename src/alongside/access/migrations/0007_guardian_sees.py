from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0006_groups")]

    operations = [
        migrations.AddField(
            model_name="guardianship",
            name="sees",
            field=models.BooleanField(default=False),
        ),
    ]
