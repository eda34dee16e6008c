"""What nouns and names stand for: kinds of things, further names, what was spoken of before."""
