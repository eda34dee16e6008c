"""Identity: judgments on which mentions are one thing, and what that is called. Pure: it knows no store."""
