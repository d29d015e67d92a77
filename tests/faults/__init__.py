"""The fault rig: real programs, killed and broken while they work, counted at a real mail server.

    python -m tests.faults            the long form
    python -m tests.faults --short    the form that CI runs

It starts its own PostgreSQL, Redis and SMTP server in a folder that goes away with it, on this machine alone.
After every case the invariants hold (`tests.faults.invariants`), or the run fails.
"""
