"""A session has a note about each person who came, where it had one about the first."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("delivery", "0012_late_with_a_reason")]

    operations = [
        migrations.AlterField(
            model_name="progressnote",
            name="session",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notes",
                to="delivery.therapysession",
            ),
        ),
        migrations.AddConstraint(
            model_name="progressnote",
            constraint=models.UniqueConstraint(
                fields=("session", "about"), name="a_session_has_one_note_about_each"
            ),
        ),
    ]
