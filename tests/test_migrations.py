"""What migrations write."""

from importlib import import_module

import pytest
from django.apps import apps

from tests import factories as make
from tracker.models import ReminderRule


@pytest.mark.django_db
def test_the_first_rules_do_not_come_beside_others_when_migrated_back_and_forward() -> None:
    ReminderRule.objects.all().delete()
    make.make_rule()

    import_module("tracker.migrations.0003_first_rules").make_rules(apps, None)

    assert ReminderRule.objects.count() == 1
