"""What was ever recorded of a row: shown, compared and, as a new version, restored; never edited.

recorded    everything that the histories hold of a row and its parts, read at once
values      how a stored value is said
authors     who changed something, and why
changes     the list of changes: before and after of each field
versions    how everything stood at a moment, and how two moments differ
restoring   the way back to earlier values, as a new version
pages       the addresses in the admin
"""
