"""Russian days with the year in full: "3 февраля 2025 г." at the end of a sentence would bring a second point."""

DATE_FORMAT = "j E Y года"
YEAR_MONTH_FORMAT = "F Y года"
DATETIME_FORMAT = "j E Y года, G:i"
