"""The product's own Celery application; its schedule comes every second here."""

from config.celery import app

app.conf.beat_schedule = {name: {**entry, "schedule": 1.0} for name, entry in app.conf.beat_schedule.items()}
