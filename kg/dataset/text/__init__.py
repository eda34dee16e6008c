"""The text index: claims and names as words and facets, one folder a version, kept in step with the rest."""
