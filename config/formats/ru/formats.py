"""Russian days with the year in full: "3 февраля 2025 г." would end a sentence with two points."""

DATE_FORMAT = "j E Y года"
YEAR_MONTH_FORMAT = "F Y года"
DATETIME_FORMAT = "j E Y года, G:i"
