"""The cases, by what breaks. Importing this fills the catalogue."""

from tests.faults.cases import (
    brokers,
    disks,
    imports,
    machines,
    migrations,
    planners,
    reports,
    senders,
    servers,
)

__all__ = [
    "brokers",
    "disks",
    "imports",
    "machines",
    "migrations",
    "planners",
    "reports",
    "senders",
    "servers",
]
