"""What is told regularly: the day's digest of what needs attention."""
