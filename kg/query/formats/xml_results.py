"""SPARQL Query Results XML Format, with the terms of RDF 1.2 as the engine writes them."""

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from kg.dataset.terms import BlankNode, NamedNode, Triple
from kg.query.answer import Answer, Term
from ontology.vocab import XSD

_HEAD = '<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#">'
_ITS = 'xmlns:its="http://www.w3.org/2005/11/its" its:version="2.0"'


def write_xml(answer: Answer) -> str:
    """The answer to a SELECT or ASK. What XML cannot express is left as it is."""
    if answer.boolean is not None:
        return f"{_HEAD}<head></head><boolean>{'true' if answer.boolean else 'false'}</boolean></sparql>"
    variables = "".join(f"<variable name={quoteattr(name)}/>" for name in answer.variables)
    return f"{_HEAD}<head>{variables}</head><results>{''.join(_results(answer))}</results></sparql>"


def _results(answer: Answer) -> Iterable[str]:
    openings = [f"<binding name={quoteattr(name)}>" for name in answer.variables]
    written: dict[Term, str] = {}
    for row in answer.rows:
        parts = []
        for opening, term in zip(openings, row, strict=True):
            if term is not None:
                if term not in written:
                    written[term] = _term(term)
                parts.append(f"{opening}{written[term]}</binding>")
        yield f"<result>{''.join(parts)}</result>"


def _text(text: str) -> str:
    return escape(text, {"\r": "&#13;"})  # a bare one would be read as a line end


def _term(term: Term) -> str:
    match term:
        case NamedNode():
            return f"<uri>{_text(term.value)}</uri>"
        case BlankNode():
            return f"<bnode>{_text(term.value)}</bnode>"
        case Triple():
            parts = (("subject", term.subject), ("predicate", term.predicate), ("object", term.object))
            return f"<triple>{''.join(f'<{name}>{_term(part)}</{name}>' for name, part in parts)}</triple>"
    kind = ""
    if term.language is not None:
        kind = f" xml:lang={quoteattr(term.language)}"
        if term.direction is not None:
            kind += f" its:dir={quoteattr(term.direction.value)} {_ITS}"
    elif term.datatype.value != XSD + "string":
        kind = f" datatype={quoteattr(term.datatype.value)}"
    return f"<literal{kind}>{_text(term.value)}</literal>"
