from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _


class TrackerConfig(AppConfig):
    name = "tracker"
    verbose_name = _("Commitment tracker")

    def ready(self) -> None:
        from tracker import search

        search.keep_current()
        connection_created.connect(search.read_cyrillic, dispatch_uid="tracker.search.read_cyrillic")
