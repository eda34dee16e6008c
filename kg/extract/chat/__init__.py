"""Claims that a language model proposes, admitted by the text itself."""
