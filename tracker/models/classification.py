"""What kind of undertaking an initiative is."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Firmness(models.TextChoices):
    PROPOSED = "proposed", _("proposed")
    PLANNED = "planned", _("planned")
    AGREED = "agreed", _("agreed")
    ORDERED = "ordered", _("ordered")


class Sector(models.TextChoices):
    INDUSTRY = "industry", _("industry")
    SERVICE = "service", _("service and repair")
    TRADE = "trade", _("trade")
    INVESTMENT = "investment", _("investment")
    AGRICULTURE = "agriculture", _("agriculture")
    FISHERIES = "fisheries", _("fisheries")
    TRANSPORT = "transport", _("transport")
    LOGISTICS = "logistics", _("logistics")
    CULTURE = "culture", _("culture")
    TOURISM = "tourism", _("tourism")
    YOUTH = "youth", _("youth")
    EDUCATION = "education", _("education and science")
    GOVERNANCE = "governance", _("governance")
    FOREIGN_AFFAIRS = "foreign_affairs", _("foreign affairs")
