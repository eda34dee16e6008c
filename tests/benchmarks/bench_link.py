"""Candidates for 10,000 names among 100,000 entities: names per second, memory, and whether they are right.

    python tests/benchmarks/bench_link.py [--entities 100000] [--names 10000]

Firms are made of words as firms' names are: a place, syllables of their own, what they do, a legal form;
one in five is Chinese. Half of the names asked for are those of entities, written otherwise (case, spacing,
legal form, the other script, one wrong letter), the other half are of nobody. The baseline is rapidfuzz
alone, which compares each name with every entity (``process.extract``), for 100 of the names.
"""

import argparse
import gc
import random
import resource
import sys
import time
from pathlib import Path

from rapidfuzz import fuzz, process

sys.path.insert(0, str(Path(__file__).parents[2]))

from kg.link.entity import Described, Entity
from kg.link.folding import syllables
from kg.link.matcher import Matcher
from kg.link.names import name_of
from kg.link.reference.gazetteer import cities
from tests.benchmarks.results import Measure, record

SYLLABLES = "ba lo min ter sol ven kra dex nor fi gal mo ri ta qui pen zor bel ham stu wex yar cu lin".split()
HAN = "天和金力永正海大地英洛华中科三环韵升银河瑞丰东方卓越恒信宏达凯美鑫源博远嘉利泰安盛华新宇".strip()
DOES = (("Magnetics", "磁材"), ("Technology", "科技"), ("Materials", "材料"), ("Motors", "汽车"), ("", ""))
FORMS = ("GmbH", "AG", "Inc.", "Ltd", "Co., Ltd.", "S.A.", "Corp.")


def firms(count: int, chance: random.Random) -> list[str]:
    """Names of firms, each once however it is spaced."""
    places = [city for city in cities() if city.country == "CN"][:200]
    found: dict[str, str] = {}
    while len(found) < count:
        does, han_does = chance.choice(DOES)
        if chance.random() < 0.2:
            own = "".join(chance.choice(HAN) for _ in range(chance.choice((2, 3, 4))))
            place = chance.choice([n for n in chance.choice(places).names if n.endswith("市")] or ["宁波市"])
            name = f"{place[:-1]}{own}{han_does}股份有限公司"
        else:
            own = "".join(chance.choice(SYLLABLES) for _ in range(chance.choice((2, 3, 4)))).title()
            second = "".join(chance.choice(SYLLABLES) for _ in range(2)).title()
            parts = (chance.choice((own, f"{own} {second}")), does, chance.choice(FORMS))
            name = " ".join(filter(None, parts))
        found[name.replace(" ", "").casefold()] = name
    return list(found.values())


def otherwise(name: str, chance: random.Random) -> str:
    """The same name as somebody else writes it."""
    if not name.isascii():
        core = name.removesuffix("股份有限公司")
        romanized = "".join(syllables(core)).title()
        return chance.choice((core, name, f"{romanized} Co., Ltd."))
    ways = (name.upper(), name.replace(" ", "-", 1), name.rsplit(" ", 1)[0], f"{name[:3]}{name[4:]}")
    return chance.choice(ways)


def megabytes() -> float:
    """Memory of the process at its largest so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--entities", type=int, default=100_000)
    parser.add_argument("--names", type=int, default=10_000)
    given = parser.parse_args()
    chance = random.Random(7)  # noqa: S311 - made-up names, the same each time
    every = firms(given.entities + given.names // 2, chance)
    known, nobody = every[: given.entities], every[given.entities :]
    asked = [(otherwise(name, chance), name) for name in chance.sample(known, given.names - len(nobody))]
    asked += [(name, None) for name in nobody]
    name_of("warm")
    before = megabytes()
    start = time.perf_counter(), time.process_time()
    matcher = Matcher(Entity(f"urn:e:{i}", Described((name,), "party")) for i, name in enumerate(known))
    gc.collect()
    print(
        f"{len(known):,} entities indexed in {time.perf_counter() - start[0]:.1f} s wall, "
        f"{time.process_time() - start[1]:.1f} s of the processor; {megabytes() - before:,.0f} MB more memory"
    )
    start = time.perf_counter(), time.process_time()
    blocked = [matcher.blocked(Described((name,), "party")) for name, _ in asked]
    _told("found by the index", len(asked), start)
    start = time.perf_counter(), time.process_time()
    found = [matcher.candidates(name, "party") for name, _ in asked]
    ours = _told("found and scored", len(asked), start)
    positions = {name: i for i, name in enumerate(known)}
    mine = [(i, positions[right]) for i, (_, right) in enumerate(asked) if right is not None]
    there = sum(right in blocked[i] for i, right in mine)
    first = sum(bool(found[i]) and found[i][0].iri == f"urn:e:{right}" for i, right in mine)
    wrong = sum(c[0].match and c[0].name != right for c, (_, right) in zip(found, asked, strict=True) if c)
    print(
        f"of {len(mine):,} names of entities {there / len(mine):.1%} have theirs among what is scored, "
        f"{first / len(mine):.1%} have it first; {wrong} matches without review are wrong; "
        f"{megabytes():,.0f} MB in all"
    )
    few = [name for name, _ in asked[:100]]
    start = time.perf_counter(), time.process_time()
    for name in few:
        process.extract(name, known, scorer=fuzz.WRatio, limit=5)
    theirs = _told("compared with each entity by rapidfuzz", len(few), start)
    record(
        Measure(
            "matching a name",
            ours[0],
            theirs[0],
            baseline="rapidfuzz over all entities",
            size=len(known),
            cpu=ours[1],
            base_cpu=theirs[1],
            peak=megabytes(),
        )
    )


def _told(what: str, count: int, start: tuple[float, float]) -> tuple[float, float]:
    """Seconds and processor seconds of one."""
    wall, own = time.perf_counter() - start[0], time.process_time() - start[1]
    print(f"{what}: {count / wall:,.0f} names a second ({count / own:,.0f} a second of the processor)")
    return wall / count, own / count


if __name__ == "__main__":
    main()
