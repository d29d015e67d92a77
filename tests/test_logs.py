"""No log holds what opens a page or a mail in somebody's name, whoever writes the line."""

import logging
from collections.abc import Callable

import pytest
from django.test import Client, override_settings

from tests import factories as make
from tests.smtp import Sink
from tracker import mail
from tracker.mail import verp
from tracker.reminders import answering
from tracker.reports import leaving

SECRET = "MQ.c2VjcmV0-a_1:xyz="
ADDRESSES = ["/en/answer/{}/", "/answer/{}", "/ru/answer/{}/thanks/?answer=done", "/de/unsubscribe/{}/"]
ADDRESSES += ["/en/confirm/{}/", "/ru/subscriptions/{}/"]
"""Every address that holds a token; the test below sees that none is missing."""


def test_each_address_with_a_token_is_known() -> None:
    from tracker.public.urls import urlpatterns

    with_a_token = {str(url.pattern).split("/")[0] for url in urlpatterns if "token" in str(url.pattern)}

    assert with_a_token == {"answer", "unsubscribe", "confirm", "subscriptions"}


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    "say",
    [
        lambda log, path: log.warning("Gone: %s", path),
        lambda log, path: log.warning("Method Not Allowed (%s): %s", "PUT", path),
        lambda log, path: log.warning(f'127.0.0.1 "GET {path} HTTP/1.1" 410'),
        lambda log, path: log.warning("%(r)s %(s)s", {"r": f"GET {path} HTTP/1.1", "s": "410"}),
        lambda log, path: _complain(log, path),
    ],
)
def test_no_line_has_it(
    say: Callable[[logging.Logger, str], None], address: str, caplog: pytest.LogCaptureFixture
) -> None:
    say(logging.getLogger("any"), address.format(SECRET))

    assert SECRET not in caplog.text
    assert address.split("{")[0] in caplog.text


def _complain(log: logging.Logger, path: str) -> None:
    try:
        raise ValueError(path)
    except ValueError:
        log.exception("This round ends.")


def test_the_rest_of_a_line_stays(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("any").warning("Not Found: %s", "/en/initiatives/answer/")

    assert caplog.messages == ["Not Found: /en/initiatives/answer/"]


@pytest.mark.django_db
def test_a_page_that_refuses_a_link_is_logged_without_it(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    made = [answering.path(make.make_asked(answered_at=make.NOW)), leaving.path(7, "anna@example.org")]

    client.get(made[0])
    client.put(made[1])

    assert [message.rpartition("/en")[2] for message in caplog.messages] == ["/answer/…/", "/unsubscribe/…/"]


@pytest.mark.django_db
def test_the_address_of_returns_is_logged_without_its_signature(
    sink: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    """A server that refuses our sender says it back."""
    row = make.make_mail()
    with override_settings(BOUNCE_ADDRESS="bounces@example.org"):
        returns_to = verp.sender_of(row.pk)
        sink.sender_answer = f"550 5.1.8 <{returns_to}>: unknown sender"
        mail.send_due(clock=lambda: make.NOW)

    assert returns_to not in caplog.text
    assert f"<bounces+{row.pk}-…@example.org>: unknown sender" in caplog.text


@pytest.mark.django_db
def test_a_refused_address_is_logged_without_the_person(sink: Sink, caplog: pytest.LogCaptureFixture) -> None:
    make.make_mail()
    sink.sender_answer = "550 5.7.1 <anna.petrova@example.org> may not write to us"

    mail.send_due(clock=lambda: make.NOW)

    assert "anna.petrova" not in caplog.text
    assert "<…@example.org> may not write to us" in caplog.text
