from tracker.models.dating import Precision
from tracker.models.deadline import Deadline
from tracker.models.initiative import Firmness, Health, Initiative, Sector
from tracker.models.outbox import Mail
from tracker.models.party import Contact, Party
from tracker.models.place import Place
from tracker.models.progress import Confidence, Milestone, Status, StatusUpdate
from tracker.models.proposal import Proposal
from tracker.models.reminder import Reminder
from tracker.models.report import Report, Series, Subscription
from tracker.models.responsibility import Responsibility
from tracker.models.source import Figure, Quote, Source

__all__ = [
    "Confidence",
    "Contact",
    "Deadline",
    "Figure",
    "Firmness",
    "Health",
    "Initiative",
    "Mail",
    "Milestone",
    "Party",
    "Place",
    "Precision",
    "Proposal",
    "Quote",
    "Reminder",
    "Report",
    "Responsibility",
    "Sector",
    "Series",
    "Source",
    "Status",
    "StatusUpdate",
    "Subscription",
]
