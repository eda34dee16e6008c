"""Quotes held against the text that they are taken from."""

from kg.claims.claim import Claim, Quote
from kg.claims.document import text_hash
from kg.errors import InvalidClaim


def with_text(claim: Claim, text: str | None) -> Claim:
    """The claim with its document's hash, and its quote verified, as far as the text is at hand.

    A quote without offsets gets those of its one occurrence. Raises ``InvalidClaim`` if the
    text is another one, or the quote is not in it at its place.
    """
    if text is None:
        return claim.model_copy(update={"quote_verified": False})
    found = text_hash(text)
    if claim.document.hash not in (None, found):
        raise InvalidClaim(
            f"the document's text has hash {found}, the claim is about a text with hash {claim.document.hash}"
        )
    document = claim.document.model_copy(update={"hash": found})
    quote = None if claim.quote is None else _placed(claim.quote, text)
    return claim.model_copy(
        update={"document": document, "quote": quote, "quote_verified": quote is not None}
    )


def _placed(quote: Quote, text: str) -> Quote:
    if quote.start is not None and quote.end is not None:
        if text[quote.start : quote.end] != quote.exact:
            raise InvalidClaim(
                f"the text does not read so at {quote.start}..{quote.end}{_elsewhere(quote, text)}"
            )
        _check_context(quote, text, quote.start, quote.end)
        return quote
    count = text.count(quote.exact)
    if count != 1:
        raise InvalidClaim(
            f"the quote is found {count} times in the text: give start and end of the one that is meant"
        )
    start = text.index(quote.exact)
    end = start + len(quote.exact)
    _check_context(quote, text, start, end)
    return quote.model_copy(update={"start": start, "end": end})


def _elsewhere(quote: Quote, text: str) -> str:
    start = text.find(quote.exact)
    if start < 0:
        return ", and nowhere else: quote the text word for word"
    return f"; it does at {start}..{start + len(quote.exact)}"


def _check_context(quote: Quote, text: str, start: int, end: int) -> None:
    if quote.prefix is not None and not text[:start].endswith(quote.prefix):
        raise InvalidClaim("the words before the quote (prefix) are others in the text")
    if quote.suffix is not None and not text[end:].startswith(quote.suffix):
        raise InvalidClaim("the words after the quote (suffix) are others in the text")
