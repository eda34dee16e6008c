"""From a noun phrase to a voice: who speaks, of what kind, how many."""

from dataclasses import dataclass, field

from spacy.tokens import Token

from kg.claims.source import SourceKind, Voice
from kg.extract.grammar import syntax, wording
from kg.extract.lexicon.outlets import outlets
from kg.extract.mentions.discourse import Discourse
from kg.extract.mentions.kinds import PLACES
from kg.extract.mentions.persons import OFFICES

_COMPANY = frozenset(
    "ag inc inc. ltd ltd. corp corp. co co. gmbh plc group metals motors industries holdings materials "
    "semiconductor magnetics steel electric electronics".split()
)
_BODIES = frozenset(
    {
        "association",
        "chamber",
        "union",
        "council",
        "body",
        "group",
        "company",
        "firm",
        "agency",
        "cooperative",
    }
)
_CARRIERS = frozenset(
    {
        "service",
        "outlet",
        "site",
        "magazine",
        "newspaper",
        "paper",
        "website",
        "bulletin",
        "portal",
        "institute",
        "consultancy",
    }
)
_TRADERS = frozenset({"distributor", "trader", "dealer", "importer", "firm", "company"})
_DOERS = ("er", "or", "ist", "ian", "ant", "ent", "ee", "man", "woman")
"""How words for persons end, by what they do."""
_NO_DOERS = frozenset(
    "number order matter center centre sector factor chapter quarter remainder letter paper power offer "
    "tender document agreement statement announcement amendment government parliament department ministry "
    "committee employment shipment consignment payment requirement component element percent event extent "
    "computer register ledger indicator barometer newsletter fee".split()
)
_SINGLE = frozenset({"a", "an", "one", "another"})
_INDIVIDUAL = frozenset({"he", "she"})
_ELLIPTIC = {"one": 1, "another": 1, "others": None, "some": None, "both": 2, "two": 2, "three": 3}


@dataclass(frozen=True)
class Speakers:
    """Makes voices out of noun phrases of one text."""

    discourse: Discourse
    organizations: frozenset[str] = frozenset()
    """Names that the text uses as those of bodies somewhere."""
    _known: dict[str, Voice] = field(default_factory=dict)
    """Those who speak by label, as far as they were looked for."""

    def _presiding(self, name: Token) -> str | None:
        """The body that a sentence names beside a name ("the ministry met the press, with spokesman X")."""
        authority = self.discourse.lexicon.classes["authority"]
        for token in name.sent:
            if (
                token.pos_ == "PROPN"
                and token.lemma_.lower() in authority
                and token.dep_ in ("nsubj", "pobj")
            ):
                return self.discourse.fullest(wording.phrase(token, clauses=False).text)
        return None

    def labelled(self, label: str) -> Voice:
        """Who speaks in a passage of a transcript: with office and body where the text introduces them."""
        if label not in self._known:
            self._known[label] = self._labelled(label)
        return self._known[label]

    def _labelled(self, label: str) -> Voice:
        titles = self.discourse.lexicon.speech["spokespersons"]
        title, _, name = label.partition(" ")
        if title.lower() in titles and name:
            return Voice(kind=SourceKind.SPOKESPERSON, name=name, text=label)
        for passage in self.discourse.passages:
            for token in passage.doc:
                if token.text == label.rsplit(maxsplit=1)[-1] and any(
                    t.lemma_.lower() in titles for t in (token.head, *token.children)
                ):
                    voice = self.voice(token)
                    if voice is not None and voice.name:
                        body = voice.speaks_for or self._presiding(token)
                        return voice.model_copy(update={"speaks_for": body})
        return Voice(kind=SourceKind.PERSON, name=label, text=label)

    def voice(self, token: Token) -> Voice | None:
        """The voice of a noun phrase by its head, or ``None`` where nobody speaks (a law, a rise)."""
        speech = self.discourse.lexicon.speech
        noun = syntax.through(token)
        short = self._short(token, noun)
        if short is not None:
            return short
        lemma = noun.lemma_.lower()
        text = wording.phrase(token, numbers=True).text
        inside = [t for t in noun.subtree if t.i <= noun.i or t.dep_ == "appos"]
        person = self._person(noun)
        if lemma in speech["spokespersons"] and person is None:
            beside = next((c for c in noun.children if c.dep_ == "appos" and c.pos_ == "PROPN"), None)
            person = wording.phrase(beside, clauses=False).text if beside is not None else None
        elif person is None and noun.pos_ == "PROPN":
            person = _after_title(noun, speech["spokespersons"])
        if lemma in speech["spokespersons"] or any(
            t.lemma_.lower() in speech["spokespersons"] and (t.i < noun.i or t.dep_ == "appos")
            for t in inside
        ):
            return Voice(
                kind=SourceKind.SPOKESPERSON,
                name=person,
                text=_with_apposition(noun),
                speaks_for=_speaks_for(noun),
            )
        titled = self._titled(noun)
        if person is None and titled is not None:
            person = wording.phrase(titled, clauses=False).text
        if person:
            named = Voice(kind=SourceKind.PERSON, name=person, text=_with_apposition(noun))
            return self.discourse.spokesperson(person) or named
        if noun.pos_ == "PROPN":
            at_place = noun.ent_type_ in PLACES and noun.dep_ == "pobj" and not _is_cited(noun)
            if noun.ent_type_ in ("DATE", "TIME") or at_place:
                return None
            return Voice(kind=SourceKind.ORGANIZATION, name=_name(noun), text=_with_apposition(noun))
        if noun.pos_ == "PRON":
            return None
        if lemma in speech["anonymous"]:
            return Voice(kind=SourceKind.ANONYMOUS, count=_count(token, noun), text=text)
        if lemma in speech["documents"]:
            return Voice(kind=SourceKind.DOCUMENT, text=text)
        return self._body(token, noun, text) or self._in_office(noun, text) or self._unknown(noun, text)

    def _unknown(self, noun: Token, text: str) -> Voice | None:
        """Somebody known only by what they do, in a word of no list ("a freight agent", "one forwarder")."""
        lemma = noun.lemma_.lower()
        if noun.dep_ != "nsubj" or noun.pos_ != "NOUN" or not lemma.endswith(_DOERS) or lemma in _NO_DOERS:
            return None
        if noun.head.lemma_.lower() not in self.discourse.lexicon.speech["verbs"]:
            return None
        return Voice(kind=SourceKind.ANONYMOUS, count=_count(noun, noun), text=text)

    def _in_office(self, noun: Token, text: str) -> Voice | None:
        """Somebody unnamed known by an office ("the energy minister"), or one of several ("a chief")."""
        if noun.lemma_.lower() not in OFFICES | self.discourse.lexicon.classes["official"]:
            return None
        if noun.tag_ not in ("NN", "NNP"):
            return None
        single = any(c.lower_ in _SINGLE for c in noun.children)
        return Voice(
            kind=SourceKind.ANONYMOUS if single else SourceKind.PERSON, count=1 if single else None, text=text
        )

    def _short(self, token: Token, noun: Token) -> Voice | None:
        """ "One said that …"; "the responsible person", as Chinese bodies call who speaks for them."""
        if noun.lower_ in _ELLIPTIC and noun.dep_ == "nsubj":  # "One said that …"
            return Voice(kind=SourceKind.ANONYMOUS, count=_ELLIPTIC[noun.lower_], text=noun.text)
        if token.lower_ in _ELLIPTIC and noun.lower_ in ("them", "these", "those"):  # "One of them said …"
            beside = next((c for c in token.children if c.dep_ == "appos" and c.pos_ == "PROPN"), None)
            if beside is not None:
                return self.voice(beside)
            text = wording.phrase(token, clauses=False, numbers=True).text
            return Voice(kind=SourceKind.ANONYMOUS, count=_ELLIPTIC[token.lower_], text=text)
        if noun.lemma_.lower() in ("person", "official") and any(
            c.lower_ in ("responsible", "relevant") for c in noun.children
        ):
            text = wording.phrase(token, numbers=True).text
            return Voice(kind=SourceKind.SPOKESPERSON, text=text, speaks_for=_speaks_for(noun))
        return None

    def _body(self, token: Token, noun: Token, text: str) -> Voice | None:
        classes = self.discourse.lexicon.classes
        lemma = noun.lemma_.lower()
        parties = classes["firm"] | classes["maker"] | classes["user"] | classes["authority"]
        appositions = [c for c in noun.children if c.dep_ == "appos" and c.pos_ == "PROPN"]
        if not {lemma, noun.lower_} & (parties | _BODIES) and not (appositions and lemma in _CARRIERS):
            return None
        if appositions:  # "the association Magnetica"
            return Voice(kind=SourceKind.ORGANIZATION, name=_name(appositions[0]), text=text)
        single = any(c.lower_ in _SINGLE for c in noun.children)
        if lemma in classes["maker"] | classes["user"] | _TRADERS and single and noun.tag_ == "NN":
            return Voice(kind=SourceKind.ANONYMOUS, count=1, text=text)
        found = self.discourse.antecedent(noun)
        if found != noun:
            named = found.pos_ == "PROPN"
            return Voice(kind=SourceKind.ORGANIZATION, name=_name(found) if named else None, text=text)
        if noun.tag_ == "NNS" and not {lemma, noun.lower_} & classes["authority"]:
            return Voice(kind=SourceKind.ANONYMOUS, count=_count(token, noun), text=text)
        owner = syntax.owners(noun)
        named = bool(owner) or any(t.pos_ == "PROPN" for t in noun.subtree)
        return Voice(kind=SourceKind.ORGANIZATION, name=text if named else None, text=text)

    def _is_person(self, head: Token) -> bool:
        """Whether a name is a person's: by its given name, an office beside it, or the parser's word.

        The parser takes many a firm of one word for a person: such a name is one only where
        the text gives it in full, too.
        """
        given = self.discourse.lexicon.classes["given_names"]
        known = self.discourse.lexicon.classes["known_persons"]
        first = head.doc[wording.phrase(head, clauses=False).start]
        if first != head and first.lower_ in given:
            return head.ent_type_ != "GPE"
        if first == head and head.lower_ in known:
            return True
        offices = [
            c for c in head.children if c.dep_ == "appos" and c.i > head.i and c.lemma_.lower() in OFFICES
        ]
        if offices and head.ent_type_ in ("PERSON", "ORG", ""):
            return True
        if first == head and head.ent_type_ == "ORG" and self._in_full(head):
            return True
        if first == head and head.ent_type_ not in PLACES and self._by_given_name(head):
            return True
        if self._is_firm(head):
            return False
        if self.discourse.people.is_person(head):
            return True
        if head.ent_type_ != "PERSON":
            return False
        return first != head or self._in_full(head)

    def _is_firm(self, head: Token) -> bool:
        """Whether a name is made as firms' are: with a city before ("Ganzhou Lifeng"), a good after."""
        words = [t.lower_ for t in wording.phrase(head, clauses=False)]
        classes = self.discourse.lexicon.classes
        if classes["firm_places"] & set(words[:-1]) or words[-1] in classes["product"] | _COMPANY:
            return True
        return any(c.lower_.endswith("based") for c in head.children) or _is_taken_up_as_thing(head)

    def _in_full(self, head: Token) -> bool:
        titles = {c.lower_ for c in head.children if c.dep_ in ("compound", "appos", "amod", "nmod")}
        if titles & OFFICES:
            return True
        return any(
            r.token != head
            and r.token.ent_type_ == "PERSON"
            and head.text in wording.phrase(r.token, clauses=False).text.split()
            and any(c.dep_ == "compound" for c in r.token.children)
            for r in self.discourse.referents
        )

    def _by_given_name(self, head: Token) -> bool:
        """Whether the text names somebody of this last name with a given name or office ("minister X Y")."""
        given = self.discourse.lexicon.classes["given_names"]
        for referent in self.discourse.referents:
            if referent.token.text == head.text and referent.token != head:
                words = wording.phrase(referent.token, clauses=False)
                titled = any(t.lower_ in OFFICES for t in words)
                if len(words) > 1 and (titled or words[0].lower_ in given):
                    return True
        return False

    def _titled(self, noun: Token) -> Token | None:
        """The name beside an office that only persons hold ("its secretary-general, Ilse Verbruggen")."""
        words = {
            noun.lemma_.lower(),
            *(t.lemma_.lower() for t in noun.children if t.dep_ in ("compound", "amod")),
        }
        if noun.pos_ != "NOUN" or not words & OFFICES:
            return None
        return next((c for c in noun.children if c.dep_ == "appos" and c.pos_ == "PROPN"), None)

    def _person(self, noun: Token) -> str | None:
        """The name of a person in the phrase, unless it is one of a firm or outlet."""
        if any(c.lemma_.lower() in _BODIES for c in noun.children if c.dep_ in ("compound", "amod")):
            return None
        heads = [noun, *(c for c in noun.children if c.dep_ == "appos")]
        for head in heads:
            if head.pos_ != "PROPN" or not self._is_person(head):
                continue
            entity = next((e for e in head.doc.ents if e.start <= head.i < e.end), None)
            name = entity.text if entity is not None else head.text
            last = name.split()[-1].lower()
            body = name in self.organizations and not self._by_given_name(head)
            if last in _COMPANY or body or outlets().find(name):
                continue
            return str(name)
        return None


def _is_cited(noun: Token) -> bool:
    """ "According to Metalis": who is cited is no place, whatever the parser holds it for."""
    return noun.head.dep_ == "prep" and noun.head.head.lower_ == "according"


def _is_taken_up_as_thing(subject: Token) -> bool:
    """ "X said it was covered", "X confirmed that its supplier …": whoever says so is no person."""
    verb = subject.head
    if subject.dep_ != "nsubj" or not syntax.is_verb(verb):
        return False
    clauses = [c for c in verb.children if c.dep_ == "ccomp" and c.i > verb.i]
    pronouns = {t.lower_ for c in clauses for s in syntax.raw_subjects(c) for t in (s, *s.children)}
    return bool(pronouns & {"it", "its"}) and not pronouns & {"he", "she", "his", "her"}


def _after_title(noun: Token, titles: frozenset[str]) -> str | None:
    """ "Spokesperson He Yongqian": what stands between the title and the end of the name."""
    for at in range(noun.i - 1, max(noun.sent.start, noun.i - 4) - 1, -1):
        if noun.doc[at].lower_ in titles and at < noun.i:
            return str(noun.doc[at + 1 : noun.i + 1].text)
        if not noun.doc[at].text[0].isupper():
            return None
    return None


def is_outlet(voice: Voice) -> bool:
    """Whether a voice is an outlet of the table."""
    return voice.kind is SourceKind.ORGANIZATION and outlets().find(voice.name) is not None


def _name(noun: Token) -> str:
    words = wording.phrase(noun, clauses=False).text
    parts = words.removeprefix("the ").removeprefix("The ").rstrip(".,").split()
    while len(parts) > 1 and parts[0] in _BODIES:
        parts = parts[1:]
    return " ".join(parts) or words


def _with_apposition(noun: Token) -> str:
    """A name with what is said of it beside ("Oskar Dahl, our trade adviser")."""
    end = max((c.right_edge.i for c in noun.children if c.dep_ == "appos" and c.i > noun.i), default=noun.i)
    start = wording.phrase(noun, clauses=False).start
    if start > noun.sent.start and noun.doc[start - 1].dep_ == "det":
        start -= 1
    right = max(end, wording.phrase(noun, clauses=False).end - 1)
    return str(noun.doc[start : right + 1].text)


def count_of(first: Token) -> int | None:
    """The number that a phrase begins with ("two people", "an official"), or ``None``."""
    if first.lower_ in _SINGLE:
        return 1
    value = wording.number(first.text)
    return int(value) if value and value >= 1 else None


def _count(token: Token, noun: Token) -> int | None:
    """How many they are: "Three sources" 3, "one of the sources" 1, "an executive" 1, "sources" unknown."""
    if token != noun:
        value = wording.number(token.text) if token.lower_ != "neither" else 2
        return int(value) if value and value >= 1 else None
    for child in noun.children:
        if child.dep_ == "nummod" or child.lower_ == "both":
            value = wording.number(child.text)
            return int(value) if value and value >= 1 else None
    singular = noun.tag_ in ("NN", "NNP")
    return (
        1
        if singular and (any(c.lower_ in _SINGLE for c in noun.children) or noun.lower_ == "someone")
        else None
    )


def _speaks_for(noun: Token) -> str | None:
    for found in (
        *syntax.prepositional(noun, "for"),
        *syntax.prepositional(noun, "of"),
        *syntax.owners(noun),
    ):
        if found.pos_ != "PRON":
            return wording.phrase(found, clauses=False).text
    compounds = [t for t in noun.children if t.dep_ == "compound" and t.ent_type_ == "ORG"]
    return compounds[-1].text if compounds else None
