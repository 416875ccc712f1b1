from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("measures", "0004_entered_from")]

    operations = [
        migrations.AddField(
            model_name="asking",
            name="ended_because",
            field=models.CharField(blank=True, max_length=20),
        ),
    ]
