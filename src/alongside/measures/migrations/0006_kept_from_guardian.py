from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("measures", "0005_ended_because")]

    operations = [
        migrations.AddField(
            model_name="response",
            name="kept_from_guardian",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="response",
            name="shown_for_safety_at",
            field=models.DateTimeField(null=True),
        ),
    ]
