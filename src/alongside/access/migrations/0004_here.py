from django.db import migrations, models

PURPOSES = ["resume_worry", "answer", "join_circle", "sign_in", "here", "here_code"]


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0003_times_ended"),
    ]

    operations = [
        migrations.AlterField(
            model_name="linktoken",
            name="purpose",
            field=models.CharField(choices=[(each, each) for each in PURPOSES], max_length=20),
        ),
    ]
