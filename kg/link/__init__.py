"""Linking: which names stand for one thing, here and in what others publish.

Candidates are found and scored here (``Matcher``); a decision is a judgment or a claim, made by
somebody, and can fall. Formats in which such things go to other programs are in ``exchange``.
"""

from kg.link.matcher import Candidate, Matcher

__all__ = ["Candidate", "Matcher"]
