"""A QR code as the path of an SVG, so that a page can hold it without any other file."""

from qrcode.main import QRCode


def path(words: str) -> tuple[str, int]:
    """Give the dark squares, each one unit wide, and the width of the picture in units, margin and all."""
    code = QRCode()
    code.add_data(words)
    rows = code.get_matrix()
    dark = [(x, y) for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark]
    return "".join(f"M{x} {y}h1v1h-1z" for x, y in dark), len(rows)
