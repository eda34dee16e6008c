"""What happens: by frames of the lexicon, else by the words of the sentence."""
