import threading
from typing import Any

import pytest
from django.db import transaction

from tests import factories as make
from tests.smtp import Sink
from tracker import mail
from tracker.mail.abreast import abreast
from tracker.models import Mail

NUMBER = 250


@pytest.mark.django_db(transaction=True)
def test_many_mails_go_over_several_connections_at_once_and_none_twice(sink: Sink, settings: Any) -> None:
    settings.MAIL_CONNECTIONS = 3
    make_due(NUMBER)

    sent = mail.send_due(clock=lambda: make.NOW)

    assert sent == NUMBER == Mail.objects.filter(state="sent").count()
    assert len({*sink.message_ids}) == len(sink.message_ids) == NUMBER
    assert sink.connections >= 3


@pytest.mark.django_db
def test_few_mails_go_over_one_connection_in_the_callers_transaction(sink: Sink) -> None:
    with transaction.atomic():
        make_due(3)
        sent = mail.send_due(clock=lambda: make.NOW)

    assert (sent, sink.connections) == (3, 1)


def test_what_ends_one_of_them_ends_the_others_in_order_and_is_raised() -> None:
    others: list[str] = []
    is_first = threading.Lock()

    def work(is_over: threading.Event) -> int:
        if is_first.acquire(blocking=False):
            raise OSError("the database is gone")
        others.append("ended in order" if is_over.wait(timeout=10) else "was left alone")
        return 1

    with pytest.raises(OSError, match="the database is gone"):
        abreast(work, 3)

    assert others == ["ended in order"] * 2


def make_due(number: int) -> None:
    Mail.objects.bulk_create(make.mail(address=f"person{n}@example.org") for n in range(number))
