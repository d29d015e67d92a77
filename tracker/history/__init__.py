"""What has changed in an initiative before the eyes of the public, since it was first shown."""
