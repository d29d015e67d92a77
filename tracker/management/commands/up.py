"""`manage.py up`: everything that the tracker needs, started with one command and ended with Ctrl-C."""

import os
import secrets
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connections
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from config import embedded
from config.celery import app
from config.supervisor import AskedToStop, ChildError, Supervisor
from tracker.mail import watching

START_SECONDS = 60.0
"""How long a program may take until it answers: a slow disk's first start included."""
CLEAR_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""None looks like another."""


class Command(BaseCommand):
    help = "Starts the tracker on this machine: web site, mail worker and all. Ctrl-C ends it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)"
        )
        parser.add_argument("--port", default="8000", help="the port to listen on (default: %(default)s)")

        parser.add_argument(
            "--demo",
            action="store_true",
            help="add people at example.org, so that reminders, answers and reports are seen at /dev/mail/",
        )

    def handle(self, *args: Any, host: str, port: str, demo: bool, **options: Any) -> None:
        if not settings.EMBEDDED:
            raise CommandError(
                "`up` is for TRACKER_MODE=embedded. In production start each program by itself."
            )
        try:
            number = embedded.port_number(port)
            if demo and not settings.DEMONSTRATION:
                self.start_again_as_demonstration(host, number)
            self.say("Starting the commitment tracker ...")
            embedded.check_data_folder(settings.DATA_DIR)
            if self.has_own_redis():
                embedded.check_socket_path(settings.REDIS_SOCKET)
            with embedded.only_one_on(settings.DATA_DIR):
                embedded.check_demonstration(settings.DATA_DIR)
                embedded.check_port(host, number)
                self.run(host, number)
        except (embedded.StartError, ChildError) as problem:
            raise CommandError(str(problem)) from None
        except AskedToStop:
            self.say("Stopped.")

    def start_again_as_demonstration(self, host: str, port: int) -> None:
        """Continue as a process whose settings know it, and the address of the site: its first mails name it.

        Settings are read before the arguments are.
        """
        environment = embedded.child_environment(host, port) | {"TRACKER_DEMONSTRATION": "true"}
        os.execve(sys.executable, [sys.executable, *sys.argv], environment)  # noqa: S606  # our own arguments

    def run(self, host: str, port: int) -> None:
        environment = embedded.child_environment(host, port)
        with Supervisor(logs=settings.DATA_DIR / "logs", environment=environment) as supervisor:
            self.prepare(supervisor)
            self.start_programs(supervisor, host, port)
            watching.begin(now=timezone.now())
            self.tell_addresses(host, port, environment)
            self.tell_login()
            self.say("\nStop with Ctrl-C.")
            connections.close_all()
            supervisor.wait_forever()

    def prepare(self, supervisor: Supervisor) -> None:
        """Bring database, seeds and static files up to date; quick where nothing is to be done."""
        try:
            call_command("migrate", verbosity=0, interactive=False)
        except DatabaseError as error:
            reason = str(error).strip().splitlines()[0]
            raise embedded.StartError(f"The database cannot be used ({reason}).") from None
        supervisor.check()
        call_command("seed", stdout=self.stdout)
        supervisor.check()
        if settings.DEMONSTRATION:
            call_command("demonstrate", stdout=self.stdout)
            supervisor.check()
        self.collect_static(settings.DATA_DIR / "static.state")
        supervisor.check()

    def collect_static(self, remembered: Path) -> None:
        state = embedded.static_files_state()
        manifest = settings.STATIC_ROOT / "staticfiles.json"
        if manifest.exists() and remembered.exists() and remembered.read_text() == state:
            return
        self.say("Collecting styles and scripts ...")
        call_command("collectstatic", verbosity=0, interactive=False)
        remembered.write_text(state)

    def start_programs(self, supervisor: Supervisor, host: str, port: int) -> None:
        """Return when the site and the worker answer."""
        self.start_broker(supervisor)
        node = f"tracker-{port}@embedded"
        supervisor.start("web server", embedded.web_command(host, port))
        supervisor.start("worker", embedded.worker_command(node))
        supervisor.start("scheduler", embedded.beat_command())
        wait = supervisor.wait_until
        wait(lambda: embedded.site_answers(host, port), name="web server", seconds=START_SECONDS)
        wait(lambda: embedded.worker_answers(node), name="worker", seconds=START_SECONDS)

    def start_broker(self, supervisor: Supervisor) -> None:
        """Start our own Redis unless REDIS_URL names another, and see that it answers."""
        path = settings.REDIS_SOCKET
        if self.has_own_redis():
            if embedded.redis_answers(path):
                embedded.stop_redis(path)  # nobody's child, so nobody would notice its end
            path.unlink(missing_ok=True)
            supervisor.start("redis", embedded.redis_command(path))
            supervisor.wait_until(lambda: embedded.redis_answers(path), name="redis", seconds=START_SECONDS)
        try:
            with app.connection_for_write() as broker:
                broker.ensure_connection(max_retries=1, interval_start=0)
        except BrokerError as error:
            raise embedded.StartError(f"The Redis at REDIS_URL does not answer ({error}).") from None

    def has_own_redis(self) -> bool:
        return bool(f"redis+socket://{settings.REDIS_SOCKET}" == settings.CELERY_BROKER_URL)

    def tell_addresses(self, host: str, port: int, environment: dict[str, str]) -> None:
        address = embedded.address_of(host, port)
        self.say("\nThe tracker is running.\n")
        self.say(f"  Public site  {address}/")
        self.say(f"  Admin        {address}/admin/")
        self.say(f"  API          {address}/api/docs/")
        if settings.SHOWS_KEPT_MAIL:
            self.say(f"  Kept mail    {address}/dev/mail/")
        if environment["ALLOWED_HOSTS"] == "*":
            self.say("\n  Anyone who reaches this machine can open it, by any name (ALLOWED_HOSTS=*).")

    def tell_login(self) -> None:
        """On the first start make the login. Its password is shown then, and kept nowhere."""
        users = get_user_model()
        known = users.objects.filter(is_superuser=True).order_by("pk").first()
        if known:
            name = known.get_username()
            self.say(
                f"\n  The login {name} exists already. To reset it: python3 manage.py changepassword {name}"
            )
            return
        password = "-".join("".join(secrets.choice(CLEAR_LETTERS) for _ in range(4)) for _ in range(4))
        users.objects.create_superuser("admin", "admin@example.org", password)
        self.say("\n  Your login, shown only this once:\n")
        self.say("    User name  admin")
        self.say(f"    Password   {password}")

    def say(self, text: str) -> None:
        """A line at once, also into a pipe."""
        self.stdout.write(text + "\n")
        self.stdout.flush()
