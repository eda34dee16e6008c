"""Who says so: the chain of voices from the one nearest to the event to the outlet that is cited."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from spacy.tokens import Span, Token

from kg.claims.source import SourceKind, Voice
from kg.extract.grammar import syntax
from kg.extract.grammar.reports import (
    CITING,
    cited_by,
    cites,
    clause_of,
    has_fronted,
    in_quotes,
    leads,
)
from kg.extract.grammar.wording import is_telling
from kg.extract.mentions.discourse import Discourse
from kg.extract.voices.speakers import Speakers, is_outlet
from kg.extract.voices.stray import stray_report

_GUESSES = frozenset({"expect", "think", "fear", "reckon", "assume", "see"})
_OWN_ESTIMATES = frozenset(
    {"estimate", "assessment", "view", "forecast", "reckoning", "understanding", "impression"}
)
_HOPES = frozenset({"expect", "hope", "fear", "reckon"})
_COUNTS = frozenset({"find", "count", "record", "put", "conclude"})
"""What a survey does."""
_PLEDGES = frozenset({"promise", "pledge", "hint", "vow", "deny"})
"""What tells at once of a plan and of who speaks of it."""
_LEAD = 3
_COUNTING = frozenset({"none", "nothing", "neither", "others", "rest", "most", "some", "another"})
_LEARNING = frozenset({"understand", "learn", "hear", "know", "gather"})
_PERSONS = frozenset({SourceKind.PERSON, SourceKind.SPOKESPERSON, SourceKind.ANONYMOUS})
_REPORT_LINKS = frozenset({"ccomp", "parataxis", "pcomp", "dep", "xcomp", "dobj", "nsubjpass"})


@dataclass(frozen=True)
class Attribution:
    """The voices, nearest first; whether it is a direct quotation; the verbs of reporting passed."""

    voices: tuple[Voice, ...] = ()
    direct: bool = False
    verbs: tuple[Token, ...] = ()
    denied: bool = False


@dataclass
class Attributions:
    """Reads the attribution of each event, in the order of the text: pronouns look back."""

    speakers: Speakers
    discourse: Discourse
    record: Voice | None = None
    """The outlet whose report the text passes on, once its lead has named it."""
    last: tuple[Voice, ...] = ()
    last_passage: int = -1
    last_end: int = -1
    """Where the sentence of these ends in its passage."""
    person: Voice | None = None
    """The person who spoke last, for "she said" after others were named."""
    _outlets: set[str] = field(default_factory=set)

    def find_record(self) -> None:
        """Looks in the lead for an outlet that the whole text rests on ("According to Reuters, citing …")."""
        for passage in self.discourse.passages[:_LEAD]:
            for sentence in passage.doc.sents:
                cites = any(token.lower_ == "citing" for token in sentence)
                for token in sentence:
                    voice = self._outlet_cited(token)
                    if voice is not None and (cites or is_outlet(voice)):
                        self.record = self.record or replace_verb(voice, None)
                        self._outlets.add(voice.name or "")

    def _outlet_cited(self, token: Token) -> Voice | None:
        if token.lower_ == "according":
            found = [self.speakers.voice(t) for t in syntax.prepositional(token, "to")]
        elif token.lemma_ in ("report", "write") and syntax.is_verb(token):
            found = [self.speakers.voice(t) for t in syntax.raw_subjects(token)]
        else:
            return None
        return next((v for v in found if v is not None and v.kind is SourceKind.ORGANIZATION), None)

    def of(self, trigger: Token) -> Attribution:
        """The attribution of what a trigger tells."""
        sentence = trigger.sent
        direct = in_quotes(trigger)
        cited = [(t, clause_of(t)) for t in sentence if cites(t)]
        voices: list[Voice] = []
        verbs: list[Token] = []
        denied = False
        child = trigger
        for node in (trigger, *syntax.ancestors(trigger)):
            for voice in self._beside(node, cited, trigger):
                _append(voices, voice)
            if node != trigger and self._reports(node, child):
                said = self._said(node, trigger)
                if said:
                    verbs.append(node)
                    denied = denied or node.lemma_.lower() in self._words("denials")
                for voice in said:
                    _append(voices, voice)
            if node != trigger and child.dep_ in ("ccomp", "conj") and not verbs:
                for voice in (*self._learned(node), *self._estimated(node)):
                    _append(voices, voice)
                    verbs.append(node)
            child = node
        if not verbs:
            verbs = self._after(trigger, voices)
        voices = voices or self._pledged(trigger) or self._whole(cited, trigger)
        stray = stray_report(trigger, self.speakers, self._words) if not voices else None
        if stray is not None:
            voices, verbs = [stray[0]], [*verbs, stray[1]]
        where = self.discourse.passages.index(self.discourse.passage(trigger))
        if not voices and where == self.last_passage and self.last and (direct or self._goes_on(trigger)):
            voices = list(self.last)
        if len(voices) == 1 and where == self.last_passage and self._same_speaker(voices[0]):
            voices = [*voices, *self.last[1:]]  # "X told Reuters that … X said …"
        passage = self.discourse.passage(trigger)
        if passage.speaker is not None and passage.asks:
            voices = [
                *voices,
                Voice(kind=SourceKind.ORGANIZATION, name=passage.speaker, text=passage.speaker),
            ]
        elif not voices and passage.speaker is not None:
            voices, direct = [self.speakers.labelled(passage.speaker)], True
        voices = self._to_outlet([v for v in voices if not self._is_itself(v)])
        if voices:
            self.last, self.last_passage, self.last_end = tuple(voices), where, sentence.end
            self._remember(voices)
        return Attribution(tuple(voices), direct, tuple(verbs), denied)

    def _pledged(self, trigger: Token) -> list[Voice]:
        """ "The governor promised …": who speaks of the plan that the verb itself tells."""
        return self._said(trigger, trigger) if trigger.lemma_.lower() in _PLEDGES else []

    def _after(self, trigger: Token, voices: list[Voice]) -> list[Token]:
        """The verb of a report that stands beside its clause; its voices join ``voices``."""
        verbs: list[Token] = []
        for verb in (*self._as_told(trigger), *self._trailing(trigger)):
            for voice in self._said(verb, trigger):
                _append(voices, voice)
                verbs = [verb]
        return verbs

    def _whole(self, cited: list[tuple[Token, Token | None]], trigger: Token) -> list[Voice]:
        """ "…, according to X": of the whole sentence, wherever the parse hung it."""
        for token, _ in cited:
            apart = token.i == token.sent.start or token.nbor(-1).text in (",", "-", "–", "—")  # noqa: RUF001
            if token.lower_ == "according" and apart and token.i != trigger.i:
                heads = [t for t in syntax.prepositional(token, "to") if trigger not in t.subtree]
                if heads and not any(
                    t.text == ";" for t in token.doc[min(token.i, trigger.i) : max(token.i, trigger.i)]
                ):
                    return [v for t in heads if (v := self._voice(t)) is not None]
        at = syntax.prepositional(trigger, "at")
        if (
            trigger.lemma_ in ("put", "estimate") and syntax.is_verb(trigger) and at
        ):  # "data put exports at …"
            found = [self._voice(t) for t in syntax.raw_subjects(trigger)]
            return [v for v in found if v is not None]
        return []

    def listen(self, sentence: Span) -> None:
        """Notes who speaks in a sentence without events, for the pronouns after it."""
        for token in sentence:
            if token.lemma_.lower() in self._words("verbs") and syntax.is_verb(token):
                said = self._said(token, token)
                if said:
                    passage = self.discourse.passage(token)
                    self.last, self.last_end = tuple(self._to_outlet(said)), sentence.end
                    self._remember(said)
                    self.last_passage = self.discourse.passages.index(passage)

    def _is_itself(self, voice: Voice) -> bool:
        """Whether a release speaks of its publisher ("the Company")."""
        return voice.name is not None and voice.name.lower() in ("company", "group", "corporation")

    def _remember(self, voices: Iterable[Voice]) -> None:
        single = (v for v in voices if v.kind in _PERSONS and (v.name or v.count == 1))
        self.person = next(single, self.person)

    def _words(self, name: str) -> frozenset[str]:
        return self.discourse.lexicon.speech[name]

    def _goes_on(self, trigger: Token) -> bool:
        """ "They applied in January": what an unnamed group says of itself goes on being theirs.

        So does what goes on counting ("Eleven were returned", "None was refused").
        """
        subjects = syntax.raw_subjects(trigger) if syntax.is_verb(trigger) else []
        counting = any(t.tag_ == "CD" or t.lower_ in _COUNTING for t in subjects)
        own = any(t.lower_ in ("we", "our") for t in trigger.sent)  # "Our own count is lower: …"
        if counting and not own and self.last_end >= trigger.sent.start:
            return True
        return any(t.lower_ == "they" for t in subjects) and self.last[0].kind is SourceKind.ANONYMOUS

    def _same_speaker(self, voice: Voice) -> bool:
        return bool(self.last) and voice.name is not None and voice.name == self.last[0].name

    def _reports(self, verb: Token, child: Token) -> bool:
        lemma = verb.lemma_.lower()
        if lemma in _HOPES and child.dep_ == "xcomp" and syntax.is_verb(verb):
            return any(c.dep_ == "nsubj" and c.lower_ in ("he", "she") for c in verb.children)
        if lemma in _GUESSES and child.dep_ == "ccomp" and syntax.is_verb(verb):
            return any(c.dep_ == "nsubj" for c in child.children)
        if lemma in _COUNTS and syntax.is_verb(verb):
            subjects = syntax.raw_subjects(verb)
            documents = any(s.lemma_.lower() in self._words("documents") for s in subjects)
            return documents and child.dep_ in ("ccomp", "dobj")
        if not syntax.is_verb(verb) or lemma not in self._words("verbs") | self._words("denials"):
            return False
        if child.dep_ == "advcl":
            marks = {c.lower_ for c in child.children if c.dep_ in ("mark", "advmod")}
            finite = any(c.dep_ in syntax.NOUN_SUBJECTS for c in child.children)
            if "that" in marks or (finite and child.i > verb.i and has_fronted(verb)):
                return True  # "confirmed only that …"; "It will stop, X said, after …"
        if child.dep_ in ("dobj", "nsubjpass"):
            tells = lemma not in self._words("denials") or is_telling(child, self.discourse.lexicon.speech)
            return child.pos_ == "NOUN" and tells
        if child.dep_ == "ccomp" and child.i < verb.i:
            between = verb.doc[child.i : verb.i]
            return not any(t.text == ";" for t in between)  # "… was approved; X said that …"
        if child.dep_ == "conj" and any(c.dep_ == "mark" and c.lower_ == "that" for c in child.children):
            return True  # "said that …, and that …"
        return child.dep_ in _REPORT_LINKS or leads(child, verb)

    def _estimated(self, verb: Token) -> list[Voice]:
        """ "The Commission's estimate is that …": whose it is."""
        if verb.lemma_ != "be":
            return []
        found = [
            self._voice(owner)
            for noun in syntax.raw_subjects(verb)
            if noun.lemma_.lower() in _OWN_ESTIMATES
            for owner in syntax.owners(noun)
        ]
        return [v for v in found if v is not None]

    def _learned(self, verb: Token) -> list[Voice]:
        """ "We understand from counsel that …": whom it was learned from."""
        if verb.lemma_.lower() not in _LEARNING or not syntax.is_verb(verb):
            return []
        found = [self._voice(t) for t in syntax.prepositional(verb, "from")]
        return [v for v in found if v is not None]

    def _said(self, verb: Token, trigger: Token) -> list[Voice]:
        for token in self._who_says(verb):
            if trigger in token.subtree:
                continue
            voice = self._voice(token)
            if voice is not None:
                voice = replace_verb(voice, verb.lemma_) if voice.verb is None else voice
                return [voice, *self._told(verb, voice)]
        return []

    def _as_told(self, trigger: Token) -> list[Token]:
        """ "…, as the manager confirms": a report that hangs below its clause."""
        return [
            child
            for node in (trigger, *syntax.ancestors(trigger))
            for child in node.children
            if child.dep_ == "advcl"
            and child.lemma_.lower() in self._words("verbs")
            and any(c.lower_ == "as" and c.dep_ in ("mark", "advmod") for c in child.children)
        ][:1]

    def _trailing(self, trigger: Token) -> list[Token]:
        """ "…, three people said": a report after its clause that was parsed as a clause beside it."""
        found = []
        for verb in trigger.sent:
            if (
                verb.i < trigger.i
                or verb.lemma_.lower() not in self._words("verbs")
                or not syntax.is_verb(verb)
            ):
                continue
            own = [c for c in verb.children if c.dep_ == "nsubj"]
            ends = not any(
                c.dep_ in ("ccomp", "dobj", "attr")
                and c.i > verb.i
                and c.nbor(c.left_edge.i - c.i - 1).text != ","
                for c in verb.children
            )
            comma = bool(own) and own[0].left_edge.i > 0 and verb.doc[own[0].left_edge.i - 1].text == ","
            if (
                comma
                and ends
                and verb.dep_ in ("conj", "appos", "parataxis", "ROOT")
                and verb.head in (trigger, *syntax.ancestors(trigger))
            ):
                found.append(verb)
        return found[:1]

    def _who_says(self, verb: Token) -> list[Token]:
        found = syntax.subjects(verb) if syntax.is_passive(verb) else syntax.raw_subjects(verb)
        if not found:  # "…, trade data show" with its subject read as a modifier
            found = [c for c in verb.children if c.dep_ == "compound" and c.pos_ in ("NOUN", "PROPN")]
        return found

    def _voice(self, token: Token) -> Voice | None:
        if token.lower_ in ("he", "she") and (not self.last or self.last[0].kind not in _PERSONS):
            found = self.discourse.antecedent(token)
            voice = None if found == token else self.speakers.voice(found)
            return voice or (
                self.person.model_copy(update={"text": token.text, "verb": None}) if self.person else None
            )
        if token.lower_ == "it" and self.last and self.last[0].kind is SourceKind.DOCUMENT:
            return None
        if token.pos_ == "PRON" and token.lower_ in ("he", "she", "it", "they") and self.last:
            return self.last[0].model_copy(update={"text": token.text, "verb": None})
        noun = syntax.through(token)
        definite = any(c.lower_ in ("the", "this", "that") for c in noun.children)
        if noun.lemma_.lower() in self._words("outlets") and definite and self.record is not None:
            return self.record
        return self.speakers.voice(token)

    def _told(self, verb: Token, speaker: Voice) -> Iterator[Voice]:
        """The outlet that was spoken to: "told Nikkei", "responded to Reuters' inquiries"."""
        clauses = [
            verb,
            *(a for a in (verb.head, verb.head.head) if verb.dep_ == "pcomp" and syntax.is_verb(a)),
        ]
        for clause in clauses:
            for child in clause.children:
                if child.dep_ in ("dobj", "dative") and clause.lemma_ == "tell" and child.pos_ == "PROPN":
                    yield from self._as_outlet(child, speaker)
                elif child.dep_ == "prep" and child.lower_ in ("to", "in", "with", "for"):
                    for token in child.subtree:
                        voice = (
                            self.speakers.voice(token)
                            if token.pos_ == "PROPN" and token.dep_ in ("pobj", "poss")
                            else None
                        )
                        if voice is not None and (is_outlet(voice) or voice.name in self._outlets):
                            yield from self._as_outlet(token, speaker)

    def _as_outlet(self, token: Token, speaker: Voice) -> Iterator[Voice]:
        voice = self.speakers.voice(token)
        if voice is not None and voice.name and voice.name != speaker.name:
            yield Voice(kind=SourceKind.ORGANIZATION, name=voice.name, text=voice.name)

    def _beside(self, node: Token, cited: list[tuple[Token, Token | None]], trigger: Token) -> list[Voice]:
        """Voices named beside a clause: "citing …" first, then "according to …"."""
        if not syntax.is_verb(node) and node != trigger:
            return []
        nearer: list[Voice] = []
        farther: list[Voice] = []
        for token, clause in cited:
            if clause != node:
                continue
            heads = cited_by(token)
            for head in heads:
                voice = self._voice(head)
                if voice is not None and trigger not in head.subtree:
                    (nearer if token.lower_ in CITING else farther).append(voice)
        return nearer + farther

    def _to_outlet(self, voices: list[Voice]) -> list[Voice]:
        """An unnamed group speaks through the outlet that the text rests on."""
        if not voices or self.record is None:
            return voices
        known = {v.name for v in voices if v.name}
        unnamed = all(v.kind is SourceKind.ANONYMOUS for v in voices)
        return [*voices, self.record] if unnamed and self.record.name not in known else voices

    def silence(self, attribution: Attribution) -> Attribution:
        """Whom somebody did not answer: the outlet that the text rests on."""
        if attribution.voices or self.record is None:
            return attribution
        return replace(attribution, voices=(self.record,))


def replace_verb(voice: Voice, verb: str | None) -> Voice:
    """The voice with another verb of reporting."""
    return voice.model_copy(update={"verb": verb})


def _append(voices: list[Voice], voice: Voice) -> None:
    same = [
        v for v in voices if (v.name and v.name == voice.name) or (v.name is None and v.text == voice.text)
    ]
    if not same:
        voices.append(voice)
