"""What all initiatives together show, and those of one party or one source: counted by the database."""
