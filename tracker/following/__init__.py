"""Following by mail without an account: asking, confirming, changing, leaving; and what is told at once."""
