"""Amounts, times and codes of goods, read off the words."""
