"""The tables that an expert edits, as types: frames of events, outlets with their ratings."""
