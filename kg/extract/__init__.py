"""From the text of a document to claims."""
