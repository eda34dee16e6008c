"""Identity: judgments, clusters and canonical names. Pure."""
