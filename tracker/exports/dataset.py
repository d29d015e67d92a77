"""The exports as a data set: its licence, how it is cited, and what search engines for data are told."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from tracker.exports.columns import columns

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
LICENCE_NAME = "CC BY 4.0"
MEDIA_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}


def described(*, page: str, files: Mapping[str, str], on: dt.date, language: str) -> dict[str, Any]:
    """Describe the data set for schema.org, in the active language. `page` and `files` are addresses."""
    name = _("Commitment tracker")
    return {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": _("Announced initiatives and what became of them"),
        "description": _(
            "Each announced initiative with the words that announced it, who answers for it, by when, and "
            "where it stands. One row for an initiative; titles and names in Russian, English and German."
        ),
        "url": page,
        "inLanguage": language,
        "license": LICENCE,
        "isAccessibleForFree": True,
        "dateModified": on.isoformat(),
        "creator": {"@type": "Organization", "name": name, "url": settings.SITE_URL},
        "variableMeasured": [
            {"@type": "PropertyValue", "name": column.name, "description": str(column.meaning)}
            for column in columns()
        ],
        "distribution": [
            {"@type": "DataDownload", "encodingFormat": MEDIA_TYPES[ending], "contentUrl": address}
            for ending, address in files.items()
        ],
    }
