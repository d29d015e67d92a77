"""What a mail server's answer means: for the mail, for its address, for the server."""

import enum
import re

HANGS_UP = 421
TOO_MANY = 432
"""Too many connections at once, as Microsoft's servers say it."""
FULL = 552
NOT_LET_IN = (530, 534, 535, 538)
"""Log in first, or better, or with another password (RFC 4954)."""
OUR_SENDER = ("5.1.7", "5.1.8")
"""Enhanced codes that speak of our address, not of the recipient's; Postfix says them at RCPT."""
ALIVE = ("5.2.2", "5.3.4")
"""Enhanced codes of an address that only does not take this mail: mailbox full, mail too large."""
POLICY = "5.7."
"""Enhanced codes of a server that does not want this mail, or none of ours: they are not of the address."""
ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")


class Step(enum.Enum):
    """What the server was asked when it refused."""

    SENDER = "MAIL FROM"
    RECIPIENT = "RCPT TO"
    CONTENT = "DATA"


class Meaning(enum.Enum):
    WAIT = "try this mail again later"
    FAIL = "this mail fails"
    SUPPRESS = "this mail fails, and its address takes no other"
    POLICY = "this mail fails; where every mail is refused so, none goes until a person mends it"
    REST = "try this mail again later, and leave the server alone for a while"
    PERSON = "no mail goes until a person mends it"


def meaning(step: Step, code: int, words: str) -> Meaning:
    """Read a refusal. An answer that is neither 4xx nor 5xx is a server's slip, and passes."""
    if code in (HANGS_UP, TOO_MANY):
        return Meaning.REST
    if code < 500:
        return Meaning.REST if step is Step.SENDER else Meaning.WAIT
    if code in NOT_LET_IN or enhanced(words) in OUR_SENDER:
        return Meaning.PERSON
    if step is Step.SENDER:
        return Meaning.FAIL if code == FULL else Meaning.PERSON
    if enhanced(words).startswith(POLICY):
        return Meaning.POLICY
    if step is Step.CONTENT or code == FULL or not is_dead(enhanced(words)):
        return Meaning.FAIL
    return Meaning.SUPPRESS


def enhanced(words: str) -> str:
    """Find the enhanced status code (RFC 3463) at the beginning of an answer; empty if there is none."""
    found = ENHANCED.match(words.strip())
    return found.group() if found else ""


def is_dead(status: str) -> bool:
    """Answer whether this permanent failure is the address's own: not a full mailbox, not a policy."""
    return status not in ALIVE and not status.startswith(POLICY)
