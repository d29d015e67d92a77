"""Log lines hold no token, with which whoever reads them could answer in somebody's name, and no address.

Records are cut where they are made, because Django, Celery and gunicorn (its access log too) each write them
by handlers of their own.
"""

import logging
import logging.config
import re
from typing import Any

IN_A_PATH = re.compile(r"(?:(?<=/answer/)|(?<=/unsubscribe/)|(?<=/confirm/)|(?<=/subscriptions/))[^/\s?\"']+")
IN_A_RETURN_PATH = re.compile(r"(\+\d+-)[a-z2-7]+(?=@)")
"""The signature in the address to which a mail returns (`tracker.mail.verp`)."""

ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:@…]+@(?=[^\s<>()\[\]\"',;:@]+\.[a-z]{2,})", re.IGNORECASE)
"""The part of a mail address that names a person; a mail server's refusal often repeats it."""


class Record(logging.LogRecord):
    """A log record whose message and traceback are without tokens and addresses."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.exc_info:
            self.exc_text = without_secrets(logging.Formatter().formatException(self.exc_info))

    def getMessage(self) -> str:  # noqa: N802  # logging's name
        return without_secrets(super().getMessage())


def without_secrets(line: str) -> str:
    return ADDRESS.sub("…@", IN_A_RETURN_PATH.sub(r"\1…", IN_A_PATH.sub("…", line)))


def configure(said: dict[str, Any]) -> None:
    """Set logging up as Django does, for `LOGGING_CONFIG`."""
    logging.setLogRecordFactory(Record)
    logging.config.dictConfig(said)
