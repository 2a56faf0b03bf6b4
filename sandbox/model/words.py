"""Small words of purchasing: numbers, the names of things, and why somebody wants them."""

import re


def listed(text: str) -> list[str]:
    """A list of words, written so that it can be read."""
    return text.split()


SKUS = listed("widget gadget gizmo sprocket laptop monitor desk chair headset cable")
"""What the sandbox's shop is known to sell. Anything else is looked up first."""

SYNONYMS = {
    "notebook": "laptop",
    "computer": "laptop",
    "screen": "monitor",
    "display": "monitor",
    "headphone": "headset",
    "earphone": "headset",
    "stuhl": "chair",
    "stühle": "chair",
    "bürostuhl": "chair",
    "bürostühle": "chair",
    "schreibtisch": "desk",
    "schreibtische": "desk",
    "bildschirm": "monitor",
    "bildschirme": "monitor",
    "kabel": "cable",
    "silla": "chair",
    "escritorio": "desk",
    "mesa": "desk",
    "monitore": "monitor",
    "portátil": "laptop",
    "portátile": "laptop",
    "auricular": "headset",
    "auriculare": "headset",
}

_UNITS = listed(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_TENS = listed("twenty thirty forty fifty sixty seventy eighty ninety")
UNITS = {word: value for value, word in enumerate(_UNITS)}
TENS = {word: 10 * value for value, word in enumerate(_TENS, 2)}
SCALES = {"couple": 2, "pair": 2, "dozen": 12, "hundred": 100, "thousand": 1_000, "score": 20}
ARTICLES = {"a": 1, "an": 1, "another": 1}
GERMAN = {"ein": 1, "eine": 1, "einen": 1, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "zehn": 10}
SPANISH = {
    "un": 1,
    "una": 1,
    "dos": 2,
    "tres": 3,
    "cuatro": 4,
    "cinco": 5,
    "diez": 10,
    "veinte": 20,
}
SMALL = UNITS | TENS | ARTICLES | GERMAN | SPANISH

DIGITS = re.compile(r"-?\d{1,3}(?:[.,]\d{3})+(?![\d.,]*\d)|-?\d+(?:[.,]\d+)?k?\b")
WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")


def singular(word: str) -> str:
    """Enough English for a catalogue."""
    word = word.lower().removesuffix("'s")
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    return word.removesuffix("s") if not word.endswith("ss") else word


def plural(item: str, quantity: int | None = None) -> str:
    """`1 desk`, `2 desks`, `desks`."""
    many = item if quantity == 1 or item.endswith("s") else f"{item}s"
    return many if quantity is None else f"{quantity:,} {many}"


def known(word: str) -> str | None:
    """The catalogue's name for a word, if it is known to have one."""
    stem = singular(word)
    for candidate in (word.lower(), stem):
        if candidate in SYNONYMS or candidate in SKUS:
            return SYNONYMS.get(candidate, candidate)
    return None


def items_in(text: str) -> list[str]:
    """Every known thing that a text names, each once, in its order."""
    found = (known(word) for word in WORD.findall(text))
    return list(dict.fromkeys(item for item in found if item))


def number_at(text: str) -> tuple[float, str] | None:
    """A number at the start of a text, in digits or words, and what follows it.

    `12 chairs`, `1,000 chairs`, `twenty-five chairs`, `a dozen chairs`, `2k cables`.
    """
    text = text.lstrip()
    if digits := DIGITS.match(text):
        return _digits(digits.group()), text[digits.end() :]
    return _spelled(text)


def _digits(text: str) -> float:
    if re.fullmatch(r"-?\d{1,3}(?:[.,]\d{3})+", text):
        return float(re.sub(r"[.,]", "", text))
    scale = 1_000 if text.endswith("k") else 1
    return float(text.removesuffix("k").replace(",", ".")) * scale


def _spelled(text: str) -> tuple[float, str] | None:
    rest = re.sub(r"^half a dozen\b", "six", text, flags=re.IGNORECASE)
    total: float | None = None
    while word := re.match(r"[\s-]*(?:and\s+(?=\w+))?([^\W\d_]+)", rest):
        name, stem = word.group(1).lower(), singular(word.group(1))
        joined = "and" in word.group().lower().split()
        value = _next(total, stem if stem in SCALES else name, joined=joined)
        if value is None:
            break
        total, rest = value, rest[word.end() :]
    return None if total is None else (total, rest)


def _next(total: float | None, word: str, *, joined: bool) -> float | None:
    """What a number becomes by its next word, or None if that word is no part of it."""
    if word in SCALES:
        return (total or 1) * SCALES[word]
    if word not in SMALL:
        return None
    if total is None:
        return None if joined else SMALL[word]
    if word in UNITS and (total >= 100 or (not joined and total >= 20 and total % 10 == 0)):
        return total + UNITS[word]
    return total + TENS[word] if word in TENS and total >= 100 else None
