"""Keeping a store over the years: copies, formats, compaction, purges, reference data."""
