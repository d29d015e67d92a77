"""English days as most of the world writes them: 3 February 2025."""

DATE_FORMAT = "j F Y"
SHORT_DATETIME_FORMAT = "Y-m-d H:i"
