"""Reference data that ships: countries and places, read from packages that hold them; the rest, files."""
