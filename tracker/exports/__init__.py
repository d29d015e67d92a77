"""What programs read: tables, feed, calendar entries, badge and card of published initiatives."""
