from tracker.models.classification import Firmness, Sector
from tracker.models.correction import Correction
from tracker.models.dating import Precision
from tracker.models.deadline import Deadline
from tracker.models.following import Notice
from tracker.models.imported import Import, ImportRow
from tracker.models.initiative import Health, Initiative
from tracker.models.outbox import Bounce, Heartbeat, Mail, Relay, Suppression
from tracker.models.party import Contact, Party
from tracker.models.place import Place
from tracker.models.progress import Confidence, Milestone, Status, StatusUpdate
from tracker.models.proposal import EvidenceFile, Proposal
from tracker.models.public_write import PublicWrite
from tracker.models.reminder import PlannedDay, Reminder, ReminderKind, ReminderRule
from tracker.models.report import Report, Series, Subscription
from tracker.models.responsibility import Responsibility
from tracker.models.saved_filter import SavedFilter
from tracker.models.source import Figure, Quote, Source

__all__ = [
    "Bounce",
    "Confidence",
    "Contact",
    "Correction",
    "Deadline",
    "EvidenceFile",
    "Figure",
    "Firmness",
    "Health",
    "Heartbeat",
    "Import",
    "ImportRow",
    "Initiative",
    "Mail",
    "Milestone",
    "Notice",
    "Party",
    "Place",
    "PlannedDay",
    "Precision",
    "Proposal",
    "PublicWrite",
    "Quote",
    "Relay",
    "Reminder",
    "ReminderKind",
    "ReminderRule",
    "Report",
    "Responsibility",
    "SavedFilter",
    "Sector",
    "Series",
    "Source",
    "Status",
    "StatusUpdate",
    "Subscription",
    "Suppression",
]
