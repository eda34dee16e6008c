"""What a parse says: the model, its parts of speech, clauses, phrases and reports."""
