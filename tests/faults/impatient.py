"""The same with a Redis that gives a task to the next worker after two seconds, whoever is still at it.

A task is told to be done only at its end, so each that takes longer is done twice. The product asks for
neither: this is what a setting by a stranger's hand does to it.
"""

from typing import Any

from celery.signals import task_prerun

from tests.faults.every_second import app

AGAIN = "given out again"

app.conf.broker_transport_options = {
    "visibility_timeout": 2,
    "unacked_restore_interval": 1,  # seconds from look to look
    "unacked_restore_throttle": 1,
}
app.conf.task_acks_late = True


@task_prerun.connect
def say(task: Any, **said: Any) -> None:
    if task.request.delivery_info.get("redelivered"):
        print(f"{task.name} was {AGAIN}", flush=True)
