"""Annotated facts: what each fact of a store rests on, kept beside the facts."""
