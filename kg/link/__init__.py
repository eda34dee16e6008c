"""Links to other data sets."""
