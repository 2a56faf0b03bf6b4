"""What `/approvals` understands, for whoever asks or mistypes."""

from countersign.slack.text import line

HELP = """\
Only you see what these answer:
• `/approvals` lists what waits for your decision, newest first
• `/approvals requested` lists what you asked for and others have to decide
• `/approvals all` lists everything that waits and that you may see
• `/approvals history` lists what has ended
• `/approvals always` lists what is approved without asking in a thread, to revoke it
• `/approvals approval-…` shows one approval
To narrow a list, add `tool:place_order` or `from:@alice`, as in `/approvals all from:@alice`."""


def help_text(wrong: str = "") -> str:
    """The help, which names the word that was not understood."""
    if not wrong:
        return HELP
    word = line(wrong.replace("`", "'"), 100).text
    hint = "For a person, pick the name that Slack suggests after `from:@`.\n"
    is_person = wrong.lower().startswith("from:")
    return f"I don't know what `{word}` means here. {hint if is_person else ''}{HELP}"
