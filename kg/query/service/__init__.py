"""SERVICE: what other endpoints say."""
