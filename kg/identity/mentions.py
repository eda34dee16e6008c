"""Mentions: the IRI that a participant's wording has in a document, for ever.

What it is called besides, by judgments, is for ``kg.identity.clusters`` to tell.
"""

from kg.claims.claim import Mention, RoleName
from kg.claims.document import Document
from kg.claims.names import Names, is_name
from kg.claims.types import ALWAYS_NAMED, ROLE_INFO


def mention_iri(role: RoleName, mention: Mention, document: Document, names: Names) -> str:
    """The IRI of a mention: the user's own, else one made from its name.

    A name names one thing wherever it stands; an unnamed participant ("a company in
    Baotou") is an entity of its own within its document, never merged by description.
    """
    if mention.iri is not None:
        return mention.iri
    sort = ROLE_INFO[role].sort
    named = mention.named if mention.named is not None else sort in ALWAYS_NAMED or is_name(mention.text)
    if named:
        return names.entity(sort, mention.text, None)
    return names.entity(sort, mention.text, document.key, mention.id)
