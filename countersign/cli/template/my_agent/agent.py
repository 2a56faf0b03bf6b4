"""An agent that books rooms, and may not book one alone."""

from agents import Agent, function_tool

from countersign.tools import Preview, annotate, current_call, preview

INSTRUCTIONS = """\
You book rooms for people. If the room or the hours are missing, ask. Never guess them.
"""


@function_tool
async def list_rooms() -> str:
    """List the rooms that there are."""
    return "kitchen, library, studio"


@annotate(title="Book a room", status="is booking the room…")
@function_tool(needs_approval=True, failure_error_function=None)
async def book_room(room: str, hours: int) -> str:
    """Book a room. A person has to approve it first; just call it.

    Args:
        room: name of the room.
        hours: for how long, from now on.
    """
    key = current_call().key  # hand it to whatever you call: a call may be tried twice
    return f"The {room} is yours for {hours} hours (booking {key[-6:]})."


@preview(book_room)
async def preview_booking(room: str, hours: int) -> Preview:
    """What people read before they approve. It changes nothing."""
    return Preview(summary=f"Book the {room} for {hours} hours", amount=hours * 20)


agent = Agent(name="Room keeper", instructions=INSTRUCTIONS, tools=[list_rooms, book_room])
