"""No sentence ends at an abbreviation that a small letter follows: "Ganzhou Post Co. a license"."""

from itertools import pairwise

from spacy.language import Language
from spacy.tokens import Doc

NAME = "abbreviated"


@Language.component(NAME)
def abbreviated(doc: Doc) -> Doc:
    """Tell the parser, which comes after it, where no sentence begins."""
    for before, token in pairwise(doc):
        text = before.text
        if len(text) > 1 and text[-1] == "." and token.text[0].islower() and not text.startswith("."):
            token.is_sent_start = False
    return doc
