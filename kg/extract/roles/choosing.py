"""Authorities, licensees and producers that no rule finds, chosen among all that the text has spoken of.

For each role a logistic regression says how likely a player is the one: by how it hangs on the trigger, how
far back it stands and what it was there, how much the text is about it, which part it had in earlier claims.
``learning`` makes the weights (``choosing.tsv``) from articles whose claims were made by hand.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib.resources import files
from math import exp, log
from operator import itemgetter

from spacy.tokens import Token

from kg.claims.claim import ClaimType, Mention, Quote, RoleName
from kg.extract.events.finding import Event
from kg.extract.grammar import syntax
from kg.extract.roles.cast import Cast, Kind, Player, Sight
from kg.extract.roles.selves import Selves
from kg.extract.voices.attribution import Attribution

R, K = RoleName, Kind
WEIGHTS = "choosing.tsv"
LEAST = 0.42
"""From which likelihood on a participant is filled in, by the figures on sets left out of learning."""
_PARTIES = frozenset({K.NAME, K.FIRM, K.USER, K.SELF})
PLAYS: dict[RoleName, frozenset[Kind]] = {
    R.AUTHORITY: frozenset({K.POWER}),
    R.LICENSEE: _PARTIES,
    R.PRODUCER: _PARTIES,
}
"""Which kinds of players may have a role. Of other roles more was filled in wrongly than rightly."""
_FUNCTIONS = {
    "nsubj": "subject",
    "nsubjpass": "subject",
    "dobj": "object",
    "pobj": "oblique",
    "poss": "owner",
}
_ABOVE = tuple("license application restriction production price export stock maker user firm".split())
_BY_TYPE = frozenset({"rank 0", "same sentence before", "most told of", "in the clause"})
_ALL_BY_TYPE = ("as ", "of the ", "is ", "kind ")
"""What counts otherwise for each type of claim; the second are the beginnings of features."""
_FAR = 6
_NEAR = 3
_SAYING = frozenset({"say", "tell", "add", "note", "write"})

Features = Mapping[str, float]
Weights = Mapping[RoleName, Features]


@dataclass(frozen=True)
class Scene:
    """An event of which a claim is made: who takes part by the rules, who tells it, what states it."""

    event: Event
    roles: dict[RoleName, Mention]
    attribution: Attribution
    quote: Quote

    @cached_property
    def about(self) -> Features:
        """What the event is, whoever takes part."""
        trigger = self.event.trigger
        found = {"always": 1.0, f"type {self.event.type}": 1.0, "loose": float(self.event.likely is not None)}
        found |= {f"has {role}": 1.0 for role in self.roles}
        subject = next(iter(syntax.raw_subjects(trigger)), None) if syntax.is_verb(trigger) else None
        if subject is None:
            found["no subject"] = 1.0
        elif subject.pos_ == "PRON":
            found["we" if subject.lower_ in ("we", "i") else "pronoun"] = 1.0
        found["spoken"] = float(bool(self.attribution.voices))
        return found

    def states(self, sight: Sight) -> bool:
        """Whether something is spoken of in the words that state the event."""
        begin, end = self.quote.start, self.quote.end
        return begin is not None and end is not None and begin <= sight.at < end


@dataclass
class Choosing:
    """Fills in the unsaid participants of the claims of one text, in their order."""

    cast: Cast
    selves: Selves
    title: str
    _last: dict[RoleName, str] = field(default_factory=dict)
    _had: dict[str, set[RoleName]] = field(default_factory=dict)

    def completed(self, scene: Scene) -> dict[RoleName, Mention]:
        """The participants with those that are likely."""
        found = dict(scene.roles)
        known: dict[frozenset[Kind], list[tuple[Player, Features]]] = {}
        for role, weight in choosing().items():
            if role in scene.roles or f"type {scene.event.type}" not in weight:
                continue
            kinds = PLAYS[role]
            if kinds not in known:
                known[kinds] = list(self.players(kinds, scene))
            ranked = (
                (_total(weight, features) + _total(weight, self.history(role, player, scene)), player)
                for player, features in known[kinds]
            )
            total, best = max(ranked, key=itemgetter(0), default=(0.0, None))
            if best is not None and _likely(_total(weight, scene.about) + total) >= LEAST:
                found[role] = best.mention
        self.note(scene.roles)
        return found

    def note(self, roles: Mapping[RoleName, Mention]) -> None:
        """Remembers who had which part."""
        for role, mention in roles.items():
            self._last[role] = mention.text
            self._had.setdefault(mention.text, set()).add(role)

    def players(self, kinds: frozenset[Kind], scene: Scene) -> Iterator[tuple[Player, Features]]:
        """Who may take part, with what speaks for and against it whatever the role."""
        here = self.cast.sentence(scene.event.trigger)
        near: list[tuple[int, Player, Sight | None]] = []
        for player in self.cast.players():
            if player.kind in kinds:
                before = [s for s in player.sights if s.sentence <= here]
                sight = next(filter(scene.states, before), before[-1] if before else None)
                near.append((here - sight.sentence if sight else _FAR * _FAR, player, sight))
        near.sort(key=itemgetter(0))
        most = max((len(player.sights) for _, player, _ in near), default=0)
        for rank, (distance, player, sight) in enumerate(near):
            features = self._standing(player, sight, distance, scene.event)
            if sight is not None and scene.states(sight):
                features |= self._within(sight.noun, scene.event)
            features[f"rank {min(rank, 3)}"] = 1.0
            features["only"] = float(len(near) == 1)
            features["most told of"] = float(len(player.sights) == most)
            yield player, features | _parts(scene.roles, player) | _joint(scene.event.type, features)
        us = self.selves.us(scene.attribution) if K.SELF in kinds else None
        if us is not None:
            player = Player(K.SELF, us)
            features = {"kind self": 1.0}
            yield player, features | _parts(scene.roles, player) | _joint(scene.event.type, features)

    def history(self, role: RoleName, player: Player, scene: Scene) -> Features:
        """Which parts a player had in earlier claims."""
        had = self._had.get(player.mention.text, set())
        found = {f"was {other}": 1.0 for other in had if other is not role}
        if self._last.get(role) == player.mention.text:
            found |= {"had it last": 1.0, f"{scene.event.type}: had it last": 1.0}
        if role in had:
            found["had it before"] = 1.0
        if role not in self._last:
            found["nobody had it"] = 1.0
        return found

    def _standing(self, player: Player, sight: Sight | None, distance: int, event: Event) -> dict[str, float]:
        found = {f"kind {player.kind}": 1.0, "times told": log(1 + len(player.sights))}
        found["in the title"] = float(player.mention.text.lower() in self.title)
        if sight is None:
            return found | {"told later": 1.0}
        function = _FUNCTIONS.get(sight.noun.dep_, "other")
        if sight.noun.doc is event.trigger.doc:
            found["same paragraph"] = 1.0
        if distance == 0:
            side = "before" if sight.noun.i < event.trigger.i else "after"
            found |= {f"same sentence {side}": 1.0, f"here {function}": 1.0}
        else:
            span = str(distance) if distance < _NEAR else "near" if distance < _FAR else "far"
            found |= {f"back {span}": 1.0, f"there {function}": 1.0}
        found["spoke"] = float(function == "subject" and sight.noun.head.lemma_ in _SAYING)
        found[f"entity {sight.noun.ent_type_ or 'none'}"] = 1.0
        return found

    def _within(self, noun: Token, event: Event) -> dict[str, float]:
        """How a noun of the clause hangs on the event's trigger."""
        found = {"in the clause": 1.0}
        top = noun
        while top.dep_ in ("compound", "amod", "nmod", "conj", "appos") and top.head != top:
            top = top.head
            found["part of a name" if top.pos_ == "PROPN" else "part of a noun"] = 1.0
        function = top.head.lower_ if top.dep_ == "pobj" else _FUNCTIONS.get(top.dep_, "other")
        found[f"as {function}"] = 1.0
        above = top.head.head if top.dep_ == "pobj" else top.head
        lemma = above.lemma_.lower()
        classes = self.cast.finder.lexicon.classes
        if above == event.trigger:
            found[f"of the trigger as {function}"] = 1.0
        elif above == event.theme:
            found[f"of the theme as {function}"] = 1.0
        else:
            found |= {f"of {name}": 1.0 for name in _ABOVE if lemma in classes[name]}
            found[f"of another {'verb' if syntax.is_verb(above) else 'noun'}"] = 1.0
        if top == event.theme:
            found["part of the theme"] = 1.0
        return found


def _parts(roles: Mapping[RoleName, Mention], player: Player) -> dict[str, float]:
    """Which other part a player has in the same event."""
    return {f"is {role}": 1.0 for role, mention in roles.items() if mention.text == player.mention.text}


def _joint(kind: ClaimType, features: Mapping[str, float]) -> dict[str, float]:
    """What counts otherwise for each type of claim."""
    return {
        f"{kind}: {name}": value
        for name, value in features.items()
        if value and (name in _BY_TYPE or name.startswith(_ALL_BY_TYPE))
    }


def _total(weights: Mapping[str, float], features: Features) -> float:
    return sum(weights[name] * value for name, value in features.items() if name in weights)


def _likely(total: float) -> float:
    return 1 / (1 + exp(-total))


@lru_cache(maxsize=1)
def choosing() -> Weights:
    """The shipped weights, by role that of each feature."""
    return parse_weights(files("kg.extract.roles").joinpath(WEIGHTS).read_text(encoding="utf-8"))


def parse_weights(table: str) -> Weights:
    """Reads lines of role, feature, weight. Raises ``ValueError`` for others."""
    weights: dict[RoleName, dict[str, float]] = {}
    for line in table.splitlines():
        role, feature, weight = line.split("\t")
        weights.setdefault(RoleName(role), {})[feature] = float(weight)
    return weights
