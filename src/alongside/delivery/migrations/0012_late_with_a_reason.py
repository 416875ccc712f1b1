"""Somebody who came late has a reason too, and it may be ours."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("delivery", "0011_countersignature")]

    operations = [
        migrations.RemoveConstraint(
            model_name="attendance", name="a_reason_belongs_to_who_did_not_come"
        ),
        migrations.AddConstraint(
            model_name="attendance",
            constraint=models.CheckConstraint(
                condition=Q(whose="") | ~Q(word="attended"),
                name="a_reason_belongs_to_who_came_late_or_not",
            ),
        ),
    ]
