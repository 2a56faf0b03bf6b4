"""Conditions in CEL: checked against a tool when the policy is read, evaluated for each call.

CEL is Google's expression language for policies (cel.dev); the library is its own C++
implementation, with the type checker. Nothing that a workflow imports may import this.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from cel_expr_python import cel

from countersign.policy.facts import Facts
from countersign.policy.origins import unknown_origin
from countersign.policy.vocabulary import (
    ACCOUNT,
    FACTS,
    GROUPS,
    PLACE,
    TOTAL,
    UnreadableError,
    arguments_of,
    environment,
    values_of,
)
from workflows.contracts.core import ToolSpec

FAULT = re.compile(r"<input>:([0-9]+):([0-9]+): (.*)")
KNOWN_NAMES = "; there are "
"""What stands before the names that a condition may use, which differ from tool to tool."""
UNDECLARED = re.compile(r"undeclared reference to '([^']*)'")
ABSENT = re.compile(r'No value with name "([^"]+)"|Key not found in map : "([^"]+)"')
MISPLACED = re.compile(r"Syntax error: (?:mismatched|extraneous) input '(.*?)' expecting")
UNEQUAL = re.compile(r"applied to '\((?:double, int|int, double)\)'")


class ConditionError(Exception):
    """A condition does not compile, or is not a question of yes or no. `column` is CEL's own."""

    def __init__(self, problem: str, line: int = 1, column: int = 1) -> None:
        super().__init__(problem)
        self.problem = problem
        self.line = line
        self.column = column


class EvaluationError(Exception):
    """A condition has no answer for a call, so the call is not made."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that fits one tool."""

    text: str
    tool: ToolSpec
    expression: cel.Expression
    needs_groups: bool
    needs_account: bool
    needs_place: bool
    needs_total: bool
    always: bool | None
    """What it is whatever the facts are; None if it depends on them."""

    def holds(self, facts: Facts) -> bool:
        """Whether it is true of a call.

        Raises:
            EvaluationError: it cannot be told.
        """
        try:
            values = values_of(facts, self.tool)
        except UnreadableError as error:
            raise EvaluationError(str(error)) from error
        return _evaluate(self.expression, values)


def compile_condition(text: str, tool: ToolSpec) -> Condition:
    """Check a condition against what is known of a tool's calls.

    Raises:
        ConditionError: it does not parse, names what there is not, or is of a wrong type.
    """
    variables = {**arguments_of(tool), **FACTS}
    expression = _compile(text, variables)
    if misspelt := unknown_origin(text):
        raise ConditionError(misspelt)
    try:
        always = _evaluate(expression, {})
    except EvaluationError:
        always = None
    return Condition(
        text,
        tool,
        expression,
        needs_groups=_mentions((GROUPS,), text, variables),
        needs_account=_mentions(ACCOUNT, text, variables),
        needs_place=_mentions(PLACE, text, variables),
        needs_total=_mentions((TOTAL,), text, variables),
        always=always,
    )


def _compile(text: str, variables: Mapping[str, cel.Type]) -> cel.Expression:
    try:
        expression = environment(variables).compile(text)
    except RuntimeError as error:
        found = FAULT.search(str(error))
        if found is None:
            raise ConditionError(str(error).splitlines()[0]) from error
        problem = _in_words(found[3].strip(), tuple(variables))
        raise ConditionError(problem, int(found[1]), int(found[2])) from error
    if expression.return_type() != cel.Type.BOOL:
        kind = expression.return_type().name()
        raise ConditionError(f"this is {kind} and has to be BOOL, a question of yes or no")
    return expression


def _in_words(problem: str, names: Sequence[str]) -> str:
    """CEL's own words, with what to write instead where that is known."""
    if unknown := UNDECLARED.match(problem):
        near = get_close_matches(unknown[1], names, n=1)
        hint = f"; did you mean `{near[0]}`?" if near else KNOWN_NAMES + ", ".join(sorted(names))
        return f"nothing is called `{unknown[1]}`{hint}"
    if misplaced := MISPLACED.search(problem):
        if misplaced[1] == "<EOF>":
            return "Syntax error: it ends too early; something is missing here"
        return f"Syntax error: `{misplaced[1]}` cannot stand here"
    if UNEQUAL.search(problem):
        return f"{problem}; write the number with a decimal point, such as 100.0"
    return problem


def _mentions(names: Sequence[str], text: str, variables: Mapping[str, cel.Type]) -> bool:
    try:
        _compile(text, {name: kind for name, kind in variables.items() if name not in names})
    except ConditionError:
        return True
    return False


def _evaluate(expression: cel.Expression, values: Mapping[str, Any]) -> bool:
    try:
        result = expression.eval(data=values)
        kind, answer = result.type(), result.value()
    except (RuntimeError, TypeError, ValueError, OverflowError) as error:
        raise EvaluationError(str(error)) from error
    if kind != cel.Type.BOOL or not isinstance(answer, bool):
        raise EvaluationError(_why_unanswered(str(answer)))
    return answer


def _why_unanswered(answer: str) -> str:
    """CEL's error in plain words where it is a common one."""
    if absent := ABSENT.search(answer):
        return f"the call has no `{absent[1] or absent[2]}`"
    return answer.partition(": ")[2] or answer
