"""The read-only API, version 1: the same filters and the same rows as the public list."""
