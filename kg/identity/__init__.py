"""Identity: which mentions are one thing, and what it is called. Pure: it knows no store."""
