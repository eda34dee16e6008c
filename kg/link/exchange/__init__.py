"""Exchange with other programs: nanopublications, PROV and SSSOM out of a snapshot; SSSOM as rows to take in."""
