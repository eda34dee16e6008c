"""What comes in: files of claims, RDF and articles, turned into claims for the dataset.

Here files are read and people's mistakes are met. A reader yields what it could read and what
it could not, each with its line; nothing that is broken stops the rest, and nothing is dropped.
"""
