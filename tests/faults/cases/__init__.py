"""The cases, by what breaks. Importing this fills the catalogue."""

from tests.faults.cases import machines, planners, reports, senders, servers

__all__ = ["machines", "planners", "reports", "senders", "servers"]
