"""Who and what takes part in an event."""
