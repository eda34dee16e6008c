"""Exchange with other programs: nanopublications, PROV and SSSOM out of a snapshot, SSSOM into rows."""
