"""Answers under a trust policy, and what it changes."""
