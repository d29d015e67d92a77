from django.apps import AppConfig
from django.core.checks import register
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class TrackerConfig(AppConfig):
    name = "tracker"
    verbose_name = _("Commitment tracker")

    def ready(self) -> None:
        from config import checks, migrating
        from tracker import mail, roles, search, stamp
        from tracker.following import delivery as following
        from tracker.reminders import returning
        from tracker.reminders.sending import drafts as reminders
        from tracker.reports import attention, delivery

        mail.occasions.update(reminder=reminders, escalation=reminders)
        mail.occasions.update(attention_digest=attention.drafts)
        mail.occasions.update(returned=returning.drafts)
        mail.occasions.update(report=delivery.drafts)
        mail.occasions.update(following_notice=following.notices)
        mail.occasions.update(following_confirm=following.confirmations, following_link=following.page_links)
        search.keep_current()
        connection_created.connect(search.read_cyrillic, dispatch_uid="tracker.search.read_cyrillic")
        pre_migrate.connect(migrating.wait_briefly, sender=self, dispatch_uid="config.migrating.briefly")
        pre_migrate.connect(stamp.unwatch, sender=self, dispatch_uid="tracker.stamp.unwatch")
        post_migrate.connect(stamp.watch, sender=self, dispatch_uid="tracker.stamp.watch")
        post_migrate.connect(roles.set_up, sender=self, dispatch_uid="tracker.roles.set_up")
        post_migrate.connect(migrating.wait_as_ever, sender=self, dispatch_uid="config.migrating.as_ever")
        register(checks.broker_keeps_what_waits, "broker")
