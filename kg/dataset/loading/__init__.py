"""Taking RDF in: files read, sorted on disk, and loaded at the engine's speed."""
