"""Linking with what others know: candidates, mappings and formats of other programs. No HTTP server here."""
