"""What stands beside a model's answer that is not whole."""

ANSWER_CUT_OFF = (
    "(My answer was cut off here: it reached its longest allowed length. Ask me to go on.)"
)
ANSWER_FILTERED = (
    "(The content filter of my model's provider stopped the answer here. Please put it "
    "differently if you need the rest.)"
)


def calls_left_out(count: int) -> str:
    """Part of an answer in which the model wanted more at once than is carried out."""
    return f"(I left out {count:,} more steps that I wanted to take at once.)"


def requests_left_out(count: int) -> str:
    """Part of an answer in which the provider asked for what nobody can be shown."""
    what = "a call" if count == 1 else f"{count:,} calls"
    return f"(My model's provider asked for {what} that I can't show to anybody; I left it out.)"
