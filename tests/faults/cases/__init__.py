"""The cases, by what breaks. Importing this fills the catalogue."""

from tests.faults.cases import brokers, disks, machines, migrations, planners, reports, senders, servers

__all__ = ["brokers", "disks", "machines", "migrations", "planners", "reports", "senders", "servers"]
