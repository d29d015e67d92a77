"""Reminders: who is told what on which day, and the mails that tell it."""
