from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _


class TrackerConfig(AppConfig):
    name = "tracker"
    verbose_name = _("Commitment tracker")

    def ready(self) -> None:
        from tracker import mail, search
        from tracker.reminders import returning
        from tracker.reminders.sending import drafts as reminders
        from tracker.reports import attention, delivery

        mail.occasions.update(reminder=reminders, escalation=reminders)
        mail.occasions.update(attention_digest=attention.drafts)
        mail.occasions.update(returned=returning.drafts)
        mail.occasions.update(report=delivery.drafts)
        search.keep_current()
        connection_created.connect(search.read_cyrillic, dispatch_uid="tracker.search.read_cyrillic")
