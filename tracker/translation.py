"""Which columns are kept in every language, and whose changes are kept."""

from modeltranslation.translator import TranslationOptions, translator
from simple_history import register as keep_history

from tracker import models
from tracker.models.current_state import CURRENT_STATE


def translate(model: type, *fields: str, falls_back: bool = True) -> None:
    """Keep these columns in every language; one that is missing is lent by another, where it falls back."""
    options = {"fields": fields} if falls_back else {"fields": fields, "fallback_languages": {"default": ()}}
    translator.register(model, type(f"{model.__name__}Translation", (TranslationOptions,), options))


translate(models.Initiative, "title", "summary", "measure")
translate(models.Party, "name")
translate(models.Place, "name")
# A Russian translation of German words is none for whoever reads English.
translate(models.Quote, "translation", falls_back=False)
translate(models.Source, "title", "note")
translate(models.Figure, "what", "unit", "period")
translate(models.Milestone, "title")
translate(models.StatusUpdate, "note")
translate(models.Deadline, "reason")
translate(models.Correction, "before", "after", "why")

# After the translated columns exist: a history made earlier lacks them, and every save fails.
# Status updates, deadlines, reminders, proposals, reports and mails are absent: they are themselves the
# history, and are never edited.
for model in (
    models.Contact,
    models.Correction,
    models.Figure,
    models.Milestone,
    models.Party,
    models.Place,
    models.Quote,
    models.ReminderRule,
    models.Responsibility,
    models.Series,
    models.Source,
    models.Subscription,
):
    keep_history(model, app="tracker")
keep_history(
    models.Initiative,
    app="tracker",
    m2m_fields=[models.Initiative._meta.get_field(name) for name in ("places", "muted_rules")],
    excluded_fields=["search_stems", *CURRENT_STATE],
)
