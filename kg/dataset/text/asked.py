"""The words of a search as queries: each as it is, as a beginning, with typos; phrases side by side."""

import re
from collections.abc import Sequence

from tantivy import Occur, Query

from kg.dataset.text.index import SCHEMA
from kg.dataset.text.words import allowed_typos, is_solitary, words

MOST_WORDS = 24
"""Words of one search that count."""

_PREFIX_FROM = 2
_PHRASE = re.compile(r'["“”„«»]([^"“”„«»]*)["“”„«»]')


def asked_words(text: str) -> tuple[str, ...]:
    """The words of a search, phrases included."""
    return tuple(words(text)[:MOST_WORDS])


def text_queries(text: str) -> list[Query]:
    """What must all be found; for words that say nothing (punctuation only), what never is."""
    left = MOST_WORDS
    queries = []
    for phrase in _PHRASE.findall(text):
        found = words(phrase)[:left]
        left -= len(found)
        queries += [_phrase(found)] if found else []
    rest = words(_PHRASE.sub(" ", text))[:left]
    queries += _runs(rest)
    if text.strip() and not queries:
        return [Query.empty_query()]
    return queries


def _phrase(found: Sequence[str]) -> Query:
    if len(found) == 1:
        return Query.term_query(SCHEMA, "body", found[0])
    return Query.phrase_query(SCHEMA, "body", list(found))


def _runs(found: Sequence[str]) -> list[Query]:
    """A query for each word, and one for each run of characters that are a word each."""
    queries, run = [], []
    for word in [*found, ""]:
        if word and is_solitary(word):
            run.append(word)
            continue
        if run:
            queries.append(_passage(run))
            run = []
        if word:
            queries.append(_word(word))
    return queries


def _passage(run: Sequence[str]) -> Query:
    """The characters side by side; or, of four and more, all but one of them."""
    exact = _phrase(run)
    if len(run) < 4:
        return exact
    each = [(Occur.Should, Query.term_query(SCHEMA, "body", word)) for word in dict.fromkeys(run)]
    loose = Query.boolean_query(each, minimum_number_should_match=max(1, len(each) - 1))
    return Query.disjunction_max_query([Query.boost_query(exact, 8.0), loose])


def _word(word: str) -> Query:
    alternatives = [Query.boost_query(Query.term_query(SCHEMA, "body", word), 4.0)]
    if len(word) >= _PREFIX_FROM:
        beginning = Query.fuzzy_term_query(SCHEMA, "body", word, distance=0, prefix=True)
        alternatives.append(Query.boost_query(beginning, 1.5))
    if typos := allowed_typos(word):
        alternatives.append(
            Query.boost_query(Query.fuzzy_term_query(SCHEMA, "body", word, distance=typos), 0.5)
        )
    return Query.disjunction_max_query(alternatives)
