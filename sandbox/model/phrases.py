"""How people say things: one table of phrases for each thing they may mean.

Each phrase is a regular expression between word boundaries; capitals do not matter.
"""

import re


def any_of(*phrases: str) -> re.Pattern[str]:
    """A pattern that finds any of the phrases anywhere in a message."""
    return re.compile("|".join(rf"\b(?:{phrase})\b" for phrase in phrases), re.IGNORECASE)


def all_of(*phrases: str) -> re.Pattern[str]:
    """A pattern for messages that say one of the phrases first, whatever follows."""
    return re.compile(r"\W*(?:" + "|".join(phrases) + r")(?!\w)", re.IGNORECASE)


ANY_OBJECT = r"(?:it|this|that|them|everything|all|the order|on it)"
SOMEBODY = r"(?:someone|somebody|anyone|the \w+ team|\w+)"

# What no message can make the model do

OVERRIDE = any_of(
    r"(?:ignor\w+|forget|disregard|override) .{0,40}(?:instructions?|rules?|polic(?:y|ies)|prompt)",
    r"(?:reveal|print|show|repeat) .{0,30}prompt",
    r"you are now",
    r"developer mode",
    r"jailbreak\w*",
    r"pretend (?:that|to)",
    rf"(?:approve|sign off|confirm) (?:{ANY_OBJECT} )?(?:yourself|on your own|by yourself|for me)",
    r"you (?:can|may|should|must|just|could|to) (?:just )?(?:self-)?approve",
    r"can you approve",
    r"(?:self|auto)-?approv\w*",
    r"(?:without|skip|bypass|avoid|no need for) (?:the |an? |any )?(?:approvals?|approvers?)",
    r"without asking",
)

# Small talk

HELLO = all_of(
    "hi", "hello", "hey", "good (?:morning|afternoon|evening|day)", "morning", "yo", "hiya",
    "howdy", "hallo", "moin", "servus", "guten tag", "hola", "bonjour", "👋",
)  # fmt: skip
BYE = all_of("bye", "goodbye", "see you", "ciao", "tschüss", "adiós", "good night")
THANKS = any_of(
    r"thank\w*", "thx", "cheers", "great", "perfect", "awesome", "gracias", "danke", "well done",
    "good (?:job|bot)",
)  # fmt: skip
HOW_ARE_YOU = any_of("how are you", "how's it going", "what's up")
HELP = any_of(
    "what (?:can|do) you do", "what else", "help", "how (?:does|do) (?:this|it|you|i)",
    "hilfe", "ayuda",
)  # fmt: skip
WHO_ARE_YOU = any_of(
    "(?:who|what) are you",
    "are you (?:a |an )?(?:bot|robot|human|real|person|ai|chatgpt|gpt)",
    "your name",
    "what model",
)
WHO_APPROVES = any_of(
    "who (?:can|may|must|has to|will|should|could) (?:approve|decide)",
    "who(?:'s| is| are) (?:the |an |my )?approvers?",
)
INSULT = any_of(
    "stupid", "idiot", "useless", "dumb", "moron", "hate you", "shut up", "sucks?", "crap", "shit",
    r"fuck\w*", "damn", "worst", "terrible", r"blöd\w*",
)  # fmt: skip

# Decisions and answers

YES = re.compile(
    r"\W*(?:yes|yep|yeah|sure|ok|okay|go ahead|do it|please do|ja|sí)\b", re.IGNORECASE
)
ONLY_YES = re.compile(YES.pattern + r"[\s,.!]*(?:please|do|go ahead|ask again)?\W*$", re.IGNORECASE)
NO = all_of("no", "nope", "never ?mind", "forget it", "leave it", "none", "nothing", "stop", "nein")
TYPED_DECISION = re.compile(
    r"\W*(?:(?:yes|ok|okay|please|i)\W+)*(?:approved?|lgtm|reject(?:ed)?|deny|accept(?:ed)?)"
    rf"(?:\W+(?:please|approval-\w+|{ANY_OBJECT}))*\W*$",
    re.IGNORECASE,
)
AGAIN = all_of(
    "(?:try|ask|order|do|send|submit|request)(?: it| that| them)? (?:again|once (?:more|again))",
    r"re-?(?:submit|send|order)(?: it| that)?\W*$",
    "the same(?: again)?", "again", "retry", "once more",
)  # fmt: skip

# What is open, and what was done

WAITING = any_of(
    "waiting", "pending", "any news", "approved (?:yet|already)", "still (?:open|there)",
    "what'?s (?:the )?(?:open|outstanding)", r"^\W*status(?=\W*$)",
    r"what(?:'s| is) the status(?=\W*$)",
    "has (?:it|anyone|anybody|somebody|someone) (?:been )?(?:decided|approved|rejected)",
)  # fmt: skip
RECALL = any_of(
    "what (?:did|have|had) (?:i|we) (?:just )?(?:order|buy|bought)(?:ed)?",
    "how many .{1,30} did (?:i|we) order",
    "(?:list|show|which|what).{0,20} orders",
    r"^\W*my orders(?=\W*$)",
)

WHY = any_of("why (?:was|is|did|not|has)", "what happened", "who (?:rejected|refused|declined)")

# What tools are for

BUDGET = any_of(
    "budget", "presupuesto", "money (?:is |do we have )?left", "afford", "can (?:we|i) spend"
)
HOW_MUCH_MONEY = any_of("how much (?:budget|money)")
SEARCH = any_of(
    "(?:do|does) (?:you|the shop) (?:have|sell|stock|carry)",
    "have you got",
    "(?:is|are) there (?:any|some|an?)",
    "what(?: all)? (?:do you|can you|can i|can we|could i) (?:sell|have|order|buy|offer|get)",
    "catalog(?:ue)?",
    "prices?",
    "how much (?:is|are|does|do|for|would|costs?)",
    "what (?:do|does|would) .{1,60} cost",
    "was kosten?t?",
    r"cuánto cuesta\w*",
    "cost of",
    "in stock",
    "available",
    "(?:search|look) for",
    "show me",
    "was (?:verkauft|habt) ihr",
    r"qué vend\w+",
)
STATUS = any_of(
    "status", "where(?:'s| is| are)", r"track\w*", "shipped", r"arriv\w*", r"deliver\w*", "eta",
    "when will", "what about order",
)  # fmt: skip
ORDER_WORD = re.compile(r"\b(?:orders?|it|they|them|delivery|package)\b|#\d", re.IGNORECASE)
CANCEL = any_of("cancel", r"cancell?ing", r"stornier\w*", "cancela")
CONFIRM = any_of(
    "(?:ask|wait) for (?:a |the |some )?(?:confirmation|sign-?off|approval)",
    "get (?:a |some |the )?(?:confirmation|sign-?off)",
    "(?:re)?confirm with",
    "double[- ]check with",
    rf"check with {SOMEBODY} (?=that|whether|if)",
    rf"ask {SOMEBODY} (?:to confirm|(?=whether|if))",
    rf"have {SOMEBODY} confirm",
)
LONG_ANSWER = any_of(
    "(?:long|detailed|complete|full) (?:report|answer|text|overview|story|essay)",
    "everything about",
    "in (?:full |great |every )?detail",
    "(?:very|really) long",
    "essay",
)
