"""What a person typed, as plain English: without markup; numbers, and one thing of many."""

import re
from html import unescape

READ_LIMIT = 2_000
"""Characters of a message that are read."""

_FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_MENTION = re.compile(r"<[@#!][^<>]*>")
_LINK = re.compile(r"<(?:https?|mailto):[^<>|]*(?:\|([^<>]*))?>|https?://\S+")
_EMOJI = re.compile(
    r"(?<![\w:]):[a-z][a-z0-9_+'-]*:(?::skin-tone-\d:)?(?!\w)|"
    "[\u2600-\u27bf\U0001f000-\U0001faff\ufe0f\u200d]+"
)
_TYPED = str.maketrans("’‘“”–—\xa0", "''\"\"-- ", "`*")
_ONES = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
fifteen sixteen seventeen eighteen nineteen""".split()  # noqa: SIM905
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905
_VALUES = dict(zip([*_ONES, *_TENS], [*range(20), *range(20, 100, 10)], strict=True))
_SCALES = {"couple": 2, "pair": 2, "dozen": 12, "hundred": 100, "thousand": 1_000}
_WORD = "|".join([*_VALUES, *_SCALES])
_SPELLED = (
    rf"\bhalf a dozen\b|\b(?:an?\s+(?={'|'.join(_SCALES)}))?(?:{_WORD})"
    rf"(?:(?:[\s-]+|(?<=hundred|housand)\s+and\s+)(?:{_WORD}))*\b"
)
_DIGITS = r"(?<![\w.-])-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?k?(?![\w.]*\w)"
NUMBER = rf"(?:{_DIGITS}|{_SPELLED})"
"""A number in digits or in words, without regard to capitals; `number` reads it."""


def plain(text: str) -> str:
    """What a person said, without code, links, mentions, emoji and markup."""
    text = _MENTION.sub(" ", _FENCE.sub(" ", text[:READ_LIMIT]))
    text = _EMOJI.sub(" ", _LINK.sub(lambda link: link[1] or " ", text))
    return unescape(text).translate(_TYPED).strip()


def number(written: str) -> float:
    """What a `NUMBER` is: `1,000`, `2k`, `2.5`, `two hundred and twelve`, `half a dozen`."""
    if not (digits := re.fullmatch(r"(-?.*\d)(k?)", written.replace(",", ""))):
        return 6 if written.lower().startswith("half") else _value(written.lower())
    value = float(digits[1]) if "." in digits[1] else int(digits[1])
    return int(value * 1_000) if digits[2] else value


def _value(spelled: str) -> int:
    total = current = 0
    for word in re.findall(r"[a-z]+", spelled):
        current = max(current, 1) * _SCALES[word] if word in _SCALES else current
        current += _VALUES.get(word, 0)
        if word == "thousand":
            total, current = total + current, 0
    return total + current


def singular(words: str) -> str:
    """`office chairs` is `office chair`, `switches` is `switch`."""
    stem = words.lower()
    if stem.endswith("ies") and len(stem) > 4:
        return f"{stem[:-3]}y"
    return re.sub(r"(?<=ch|sh|ss)es$|(?<=x)es$|(?<!s)s$", "", stem)


def sentence(text: str) -> str:
    """With a capital letter and a full stop, in one line; nothing stays nothing."""
    text = " ".join(text.split()).strip(" ,.;:!?")[:300]
    return f"{text[0].upper()}{text[1:]}." if text else ""
