"""The verb of an order, told from the noun: `order 5 desks`, but not `where is my order?`."""

import re

_STRONG = (
    r"(?:re-?|re )?order|re-?stock|buy|purchase|procure|bestell\w*|kauf\w*|compr[ae]\w*|pide|pedir"
)
_WEAK = (
    r"need|get|want|require|give me|send me|send us|i'd like|i would like|we'd like|can i have|"
    r"could i have|can we have|could we have|brauche\w*|necesit\w*|quier\w*|quisiera"
)
_VERB = re.compile(rf"\b(?:(?P<strong>{_STRONG})|(?P<weak>{_WEAK}))\b", re.IGNORECASE)
_AS_VERB = re.compile(
    r"\b(?:place|make|put in|submit|create|raise|start)\s+(?:an?|the|another|new|\s)+order\b"
    r"(?:\s+(?:for|of))?",
    re.IGNORECASE,
)
_AS_NOUN = re.compile(
    r"\b(?:cancel\w*|status(?: of| for)?|where(?:'s| is| are)|track|about|has|is|my|the|this|that|"
    r"our|your|last|previous|first|second|an?|did (?:i|we)|have (?:i|we)|can (?:i|we)|in|all|any|"
    r"to place|purchase)\s+(?:(?:my|the|our|all|last|previous|first|second)\s+)*orders?\b"
    r"(?:\s*(?:#|no\.?|number)?\s*\d+)?|\border\s*(?:#|no\.|number)\s*\d+",
    re.IGNORECASE,
)
NEGATED = re.compile(
    r"\b(?:do not|don't|dont|never|no need to|needn't|must not|shouldn't|should not|won't)\s+"
    rf"(?:(?:want|need|have|like|wish) (?:you )?to\s+)?(?:{_STRONG}|{_WEAK})\b"
    r".*?(?=[.!?;]|,? but\b|\n|$)",
    re.IGNORECASE,
)


def order_verbs(text: str) -> tuple[str, list[re.Match[str]]]:
    """The verbs that ask for something, and the text that their places refer to.

    In that text is nothing left of `my order`, `order #12` and `don't order`. A verb with the
    group `strong` can only mean an order; `need` and `get` may mean anything.
    """
    text = _AS_NOUN.sub(" ; ", _AS_VERB.sub("order", NEGATED.sub(" ; ", text)))
    return text, list(_VERB.finditer(text))


def is_order_word(text: str) -> bool:
    """Whether ordering is spoken of at all, as an activity."""
    return any(verb["strong"] for verb in order_verbs(text)[1])
