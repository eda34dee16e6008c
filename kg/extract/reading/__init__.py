"""From what is handed in to articles of the field: files, feeds, their language and subject."""
