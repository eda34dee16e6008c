"""What the record says of claims: written, read, and told."""
