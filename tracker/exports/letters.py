"""What letters a format has room for."""

import re

_NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def for_xml(text: str) -> str:
    """Put a blank for each letter that XML cannot hold (XML 1.0, 2.2)."""
    return _NOT_IN_XML.sub(" ", text)
