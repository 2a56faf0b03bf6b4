"""From the text of a policy to a policy, or to everything that is wrong with it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from countersign.policy.clauses import Clause, Entry, make_ready, never_reached
from countersign.policy.contradictions import contradictions
from countersign.policy.document import DenyEntry, Document, RuleEntry
from countersign.policy.engine import Policy
from countersign.policy.faults import Finding, PolicyError
from countersign.policy.faults import Path as Place
from countersign.policy.files import text_of
from countersign.policy.repair import repaired, sound_entries
from countersign.policy.source import LARGEST, TOO_LARGE, Source, read
from countersign.policy.wording import findings
from workflows.contracts.core import ToolSpec

_Checked = tuple[list[Finding], tuple[Clause[DenyEntry], ...], tuple[Clause[RuleEntry], ...]]


def load_file(path: Path, tools: Mapping[str, ToolSpec]) -> Policy:
    """Read a policy from a file; no more of it than a policy can have.

    Raises:
        PolicyError: as for `load`, or it is not UTF-8.
        OSError: it cannot be read.
    """
    return load(text_of(path, LARGEST, TOO_LARGE), str(path), tools)


def load(text: str, file: str, tools: Mapping[str, ToolSpec]) -> Policy:
    """Read a policy for these tools.

    Args:
        text: YAML, as docs/policy.md describes it.
        file: what the text is called in faults.
        tools: every tool that there is, by name.

    Raises:
        PolicyError: it cannot be honoured exactly. All faults are in it.
    """
    source = read(text, file)
    try:
        document = Document.model_validate(source.values)
    except ValidationError as error:
        shape = list(findings(error, Document))
        raise _refused(source, [*shape, *_beside(shape, source, tools)]) from error
    wrong, denials, rules = _checked(document, tools)
    if wrong or source.findings:
        raise _refused(source, wrong)
    return Policy(document, source, tools, denials, rules)


def for_tools(policy: Policy, tools: Mapping[str, ToolSpec]) -> Policy:
    """The same policy, for tools that have changed since it was read.

    Raises:
        PolicyError: it does not fit them.
    """
    wrong, denials, rules = _checked(policy.document, tools)
    if wrong:
        raise _refused(policy.source, wrong)
    return Policy(policy.document, policy.source, tools, denials, rules)


def _checked(document: Document, tools: Mapping[str, ToolSpec]) -> _Checked:
    """What cannot be kept of a policy that can be read, and its entries made ready."""
    wrong = list(contradictions(document))
    denials = _clauses("deny", document.deny, tools, wrong)
    rules = _clauses("rules", document.rules, tools, wrong)
    unclear = {path[:2] for path, _ in wrong if path[2:3] in {("tool",), ("when",)}}
    reached = never_reached(denials, rules)
    wrong.extend(it for it in reached if it[0][:2] not in unclear)
    return wrong, denials, rules


def _beside(
    shape: Sequence[Finding], source: Source, tools: Mapping[str, ToolSpec]
) -> Iterator[Finding]:
    """What is wrong with a policy beside its shape, so that all of it is told at once."""
    left = repaired(source.values, shape)
    if left is not None:
        wrong, _, _ = _checked(left.document, tools)
        yield from filter(left.is_sure, wrong)
        return
    for place, entry in sound_entries(source.values):
        wrong = list[Finding]()
        _clause(place, entry, tools, wrong)
        yield from wrong


def _clauses(
    part: str, entries: Sequence[Entry], tools: Mapping[str, ToolSpec], wrong: list[Finding]
) -> tuple[Clause[Entry], ...]:
    return tuple(
        _clause((part, number), entry, tools, wrong) for number, entry in enumerate(entries)
    )


def _clause(
    place: Place, entry: Entry, tools: Mapping[str, ToolSpec], wrong: list[Finding]
) -> Clause[Entry]:
    found: list[Finding] = []
    clause = make_ready(entry, tools, found)
    wrong.extend(((*place, *path), problem) for path, problem in found)
    return clause


def _refused(source: Source, wrong: list[Finding]) -> PolicyError:
    return PolicyError(
        [source.fault(path, problem) for path, problem in (*source.findings, *wrong)]
    )
