"""How a query is evaluated: what the engine is asked, in which order, and how its rows are annotated."""

from typing import Any

from kg.query.deriving.derivation import Derivation, Tree
from kg.query.grouping.aggregates import Grouped
from kg.query.parse import parse
from kg.query.planning import planning_of
from kg.query.prepare import Built, Described, prepared
from kg.query.shaping.size import check_size
from kg.query.source import Source
from kg.query.trust.policy import TrustPolicy
from kg.query.trust.under import why_made

_TWO = "two queries: the rows, and then their derivations"


def explain(
    source: Source, sparql: str, base_iri: str | None = None, policy: TrustPolicy | None = None
) -> dict[str, Any]:
    """The plan of a query as JSON; nothing is evaluated but counts. Raises ``QuerySyntaxError``.

    Under a ``policy`` it says whether circuits tell the answer, which are then those of all
    rows in any part of the data, or the dataset that the policy leaves is to be made.
    """
    check_size(sparql)
    parse(sparql, base_iri)
    planning = planning_of(source)
    sent = planning.sent(sparql, base_iri)
    plain: dict[str, Any] = {
        "asked": sparql if sent.text is None else sent.text,
        "changed": sent.text is not None,
        **sent.explanation.to_json(),
    }
    told: dict[str, Any] = {"version": source.iri, "plain": plain}
    whole = False
    if policy:
        reason = why_made(source, sparql, policy, base_iri)
        whole = reason is None
        told["policy"] = {"made": not whole, **({} if reason is None else {"reason": reason})}
    return {**told, "provenance": _annotated(source, sparql, base_iri, whole)}


def _annotated(source: Source, sparql: str, base_iri: str | None, whole: bool) -> dict[str, Any]:
    asked = prepared(sparql, base_iri, source.index is not None, whole=whole)
    reason = asked if isinstance(asked, str) else asked.plan if isinstance(asked.plan, str) else None
    if reason is not None or isinstance(asked, str) or isinstance(asked.plan, str):
        return {"complete": False, "reason": reason}
    plan = asked.plan
    tree, how = _main_tree(plan)
    told: dict[str, Any] = {"complete": True, "how": how}
    if tree is not None:
        derived = planning_of(source).derived(tree)
        told["leaves"] = "annotated facts" if tree.indexed else "looked up"
        told["subtracted"] = len(tree.factors)
        if derived.text is not None:
            told["asked"] = derived.text
        told |= derived.explanation.to_json()
    return told


def _main_tree(plan: Derivation | Grouped | Built | Described) -> tuple[Tree | None, str]:
    """The tree of the main derivation query, and what is asked besides."""
    match plan:
        case Grouped():
            return plan.inner.tree, "two queries: the rows, and then the members of their groups"
        case Built():
            return plan.solutions, "the solutions and their derivations, then the triples made of them"
        case Described():
            return plan.solutions, "the description, and then what its resources and triples rest on"
    return plan, "one query: rows and derivations together" if plan.is_single else _TWO


def explained_text(told: dict[str, Any]) -> str:
    """The plan, to be read."""
    lines = ["Plain query" + (", changed by the planner" if told["plain"]["changed"] else ", as written")]
    lines += _steps(told["plain"])
    if "policy" in told:
        policy = told["policy"]
        made = f"asked of the dataset that it leaves, made in memory: {policy.get('reason')}"
        lines.append(f"Policy: {made if policy['made'] else 'answered from circuits'}")
    about = told["provenance"]
    if not about["complete"]:
        return "\n".join([*lines, f"Provenance: none, for {about['reason']}"])
    lines.append(f"Provenance: {about['how']}")
    if "leaves" in about:
        lines.append(f"  triples are {about['leaves']}; {about['subtracted']} sums beside the main one")
    return "\n".join([*lines, *_steps(about)])


def _steps(of: dict[str, Any]) -> list[str]:
    lines = [f"  as written: {of['reason']}"] if "reason" in of else []
    for decision in of.get("steps", ()):
        state = "changed" if decision["changed"] else "as written"
        lines.append(f"  {decision['what']}: {state}; {decision['why']}")
        lines += [
            f"    {number}. {step['how']} {step['pattern']} → {step['solutions']} solutions"
            for number, step in enumerate(decision["steps"], 1)
        ]
    return lines
