"""The rules that a new installation begins with; staff edit them."""

from django.db import migrations

RULES = [
    {"kind": "due", "days": "30,7,1,0", "to_support": True},
    {
        "kind": "overdue",
        "days": "1,7",
        "then_every": 14,
        "to_support": True,
        "to_controller": True,
        "head_after": 14,
        "leadership_after": 30,
    },
    {"kind": "silent", "days": "60", "then_every": 30},
    {"kind": "no_deadline", "days": "90", "then_every": 90},
    {"kind": "milestone", "days": "7,0", "to_support": True},
]


def make_rules(apps, schema_editor):
    rules = apps.get_model("tracker", "ReminderRule")
    if rules.objects.exists():
        return  # migrated back and forward again
    rules.objects.bulk_create(rules(**values) for values in RULES)


class Migration(migrations.Migration):
    dependencies = [("tracker", "0002_reminders_and_reports")]
    operations = [migrations.RunPython(make_rules, migrations.RunPython.noop)]
