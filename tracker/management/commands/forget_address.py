from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tracker.following import forgetting

TOLD = {
    "subscriptions": "subscriptions deleted",
    "history": "entries of their history deleted",
    "suppressions": "entries on the list of addresses that take no mail deleted",
    "mails": "mails erased: no address, no words; those that waited are taken back",
    "proposals": "corrections erased: no name, no address",
    "mails_being_sent": "mails are being handed over and were left: run this again in a few minutes",
    "contacts": "contacts have this address and were left: change them in the admin",
    "logins": "logins have this address and were left: change them in the admin",
}


class Command(BaseCommand):
    help = "Erases an address everywhere it is kept as a reader's, and says what it did."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address")

    def handle(self, *args: Any, address: str, **options: Any) -> None:
        found = forgetting.forget(address)
        for name, words in TOLD.items():
            if found[name]:
                self.stdout.write(f"{found[name]} {words}")
        if not any(found.values()):
            self.stdout.write("Nothing is kept of this address.")
