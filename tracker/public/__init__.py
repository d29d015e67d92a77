"""The public site: pages for initiatives, parties and sources, and the addresses for watchers."""
