"""Queries with groups: members, values, thresholds, and sub-SELECTs that are worked out first."""
