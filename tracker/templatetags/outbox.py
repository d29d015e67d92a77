"""How the outbox and the schedule are, for the first page of the admin."""

from django import template
from django.utils import timezone

from tracker.mail import watching

register = template.Library()


@register.simple_tag
def work() -> watching.Work:
    return watching.work(now=timezone.now())
