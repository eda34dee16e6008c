"""Property paths: what the way from one node to another rests on."""
