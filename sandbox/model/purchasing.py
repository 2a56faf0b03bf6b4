"""How people speak of the demo's tools, beyond the words in the tools' own names."""

PHRASES = (
    ("place_order", r"(?:place|put in|make|submit) an? (?:new )?order (?:for|of)"),
    ("place_order", r"(?:re-?)?order:?|buy|purchase|restock|get (?:me|us)|give (?:me|us)"),
    ("place_order", r"(?:we|i) need|(?:we|i)(?:'d| would) like"),
    ("search_catalog", r"what (?:can|could|do) (?:i|we|you) (?:order|buy|sell|have)"),
    ("search_catalog", r"do you (?:have|sell|stock)|prices? of|(?:the )?catalog(?:ue)?"),
    ("search_catalog", r"how much (?:is|are|does|do)(?= (?:an?|the|\w+s)\b)"),
    ("check_budget", r"(?:check )?(?:the |how much |is there )*budget(?: (?:is )?left)?"),
    (
        "list_orders",
        r"what(?: did| have|'d|d) (?:i|we) (?:order|buy|bought)\w*|(?:my|which|list) orders",
    ),
    ("order_status", r"where(?:'s| is| are) (?:my |the |our )?orders?"),
    ("order_status", r"has (?:my |the )?order|(?:track|status of) (?:my |the )?orders?"),
    ("deploys__list_services", r"(?:what|which)(?: services?)? (?:is |are )?run(?:s|ning)?\b.*"),
    ("cancel_order", r"cancel(?: (?:my |the |our )?orders?)?"),
    ("wait_for_confirmation", r"(?:confirm|check) with [\w ]+? (?:that|whether|if)"),
    ("wait_for_confirmation", r"ask \w+ (?:to confirm|whether|if)"),
    ("wait_for_confirmation", r"(?:ask|wait) for (?:a |the )?(?:confirmation|sign-?off)"),
)
"""Tools and regular expressions, which stand between word boundaries."""
NOT_MEANT = (
    r"in order to|(?:my|the|an|this|that|last|latest|newest|recent) orders?|order (?:#|no|number)"
)
"""Where those words stand for something else."""
RECALL = r"what(?: did| have|'d|d) (?:i|we) (?:order|buy)\w*|(?:my|which|list) orders"
"""Asks for what was done in a thread, where no tool lists it."""
LISTING = "list_orders"
LATEST = r"(?:last|latest|newest|most recent) order"
"""Asks for what `list_orders` names first."""
GONE = r"(?:is )?cancelled"
"""What is said of what is no longer there to be cancelled."""
