"""The query shaped so that the engine evaluates what the specification says."""
