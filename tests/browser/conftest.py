"""What a test has to say to people is said below all tests, wherever it ran."""

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for report in terminalreporter.getreports("passed"):
        for name, words in report.user_properties:
            if name == "said":
                terminalreporter.section(report.nodeid)
                terminalreporter.write_line(words)
