"""Anybody's tools can be called, by name or in words, by what their JSON schemas say."""

import json
from typing import Any

import pytest

from sandbox.model.answers import answer
from tests.unit.sandbox.model_thread import TEXT, Json, Thread, a_count, a_tool

ROOM: Json = {"enum": ["kitchen", "office", "meeting_room"], "type": "string"}
PLANTS = [
    a_tool(
        "water_plants",
        "Water the plants in a room. A person has to approve it first.",
        optional=("gently",),
        room={**ROOM, "description": "Which room."},
        litres=a_count("How much.", 20),
        gently={"type": "boolean"},
        approval_reason=TEXT,
    ),
    a_tool(
        "restart",
        "Restart a server.",
        optional=("spares",),
        server=TEXT,
        spares=a_count("How many"),
    ),
    a_tool("send_email", "Send an email to somebody.", to=TEXT, subject=TEXT, body=TEXT),
    a_tool(
        "feedCats",
        "Give the cats their dinner.",
        names={"type": "array", "items": TEXT},
        food={"anyOf": [{"enum": ["fish", "dry_food"], "type": "string"}, {"type": "null"}]},
        grams={"type": "number", "exclusiveMinimum": 0, "default": 80},
    ),
]


@pytest.mark.parametrize(
    ("said", "arguments"),
    [
        ("water_plants room=kitchen litres=3", {"room": "kitchen", "litres": 3}),
        ("water_plants(room='kitchen', litres=3)", {"room": "kitchen", "litres": 3}),
        ('water_plants {"room": "kitchen", "litres": 3}', {"room": "kitchen", "litres": 3}),
        ("water the plants in the kitchen, 3 litres", {"room": "kitchen", "litres": 3}),
        ("Water plants: meeting room, three litres", {"room": "meeting_room", "litres": 3}),
        ("in the office, please water the plants with 2 litres", {"room": "office", "litres": 2}),
        ("restart the server web-1 please", {"server": "web-1"}),
        ("restart a server: big one with two spares, thanks", {"server": "big one", "spares": 2}),
        ("the plants in the office need 2 litres of water", {"room": "office", "litres": 2}),
        ("gently water the plants in the office with 2", {"room": "office", "litres": 2}),
        ("water_plants room=office litres=2 gently=true",
         {"room": "office", "litres": 2, "gently": True}),
        ("water the plants in the office with 2 litres, but not gently",
         {"room": "office", "litres": 2, "gently": False}),
        ('send_email to=bob subject="lunch today" body=see you at noon',
         {"to": "bob", "subject": "lunch today", "body": "see you at noon"}),
        ("send_email to=bob subject=hello body=a long report, no help needed",
         {"to": "bob", "subject": "hello", "body": "a long report"}),
        ("send an email to bob subject lunch body see you at noon",
         {"to": "bob", "subject": "lunch", "body": "see you at noon"}),
        ("feedCats names=Tom,Jerry", {"names": ["Tom", "Jerry"], "food": None, "grams": 80}),
        ("feed the cats Tom and Jerry with dry food, 120 grams",
         {"names": ["Tom", "Jerry"], "food": "dry_food", "grams": 120}),
    ],
)  # fmt: skip
def test_a_tool_is_called_by_its_name_or_in_words(said: str, arguments: dict[str, Any]) -> None:
    (made,) = Thread(tools=PLANTS).say(said).arguments

    assert {key: value for key, value in made.items() if key != "approval_reason"} == arguments


def test_a_call_for_each_of_several_things_is_made() -> None:
    said = "water the plants in the office with 2 litres and in the kitchen with 3"
    assert Thread(tools=PLANTS).say(said).calls == [
        "water_plants office 2",
        "water_plants kitchen 3",
    ]


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("water the plants in the kitchen",
         "**litres**, a whole number of at least 1 and at most 20 (How much). Say for exa"),
        ("water_plants litres=3", "**room**, one of kitchen, office, meeting_room (Which room)"),
        ("water_plants room=attic litres=3", "**room** can't be attic. I still need **room**"),
        ("water_plants room=office litres=500", "**litres** can't be 500."),
        ("water_plants room=office litres=lots", "**litres** can't be lots."),
        ("send an email to bob", "**subject**, some words; **body**, some words."),
        ("hello", "- Water the plants in a room."),
        ("what can you do?", "- Send an email to somebody."),
        ("colourless green ideas", "- Give the cats their dinner."),
    ],
)  # fmt: skip
def test_what_is_missing_or_wrong_is_said_in_words(said: str, answer: str) -> None:
    thread = Thread(tools=PLANTS).say(said)

    assert thread.calls == []
    assert answer in thread.text


def test_no_name_of_a_tool_or_an_argument_is_shown_to_people() -> None:
    for said in ("help", "hello", "water the plants", "send an email to bob", "feed the cats"):
        told = Thread(tools=PLANTS).say(said).text
        assert not any(name in told for name in ("water_plants", "send_email", "feedCats", "`"))


def test_what_was_missing_completes_the_call() -> None:
    assert Thread(tools=PLANTS).say("water the plants").say("kitchen").say("4").calls == [
        "water_plants kitchen 4"
    ]


def test_an_approvers_change_is_read_by_the_schema_too() -> None:
    thread = Thread(tools=PLANTS).say("water_plants room=kitchen litres=3")
    thread.answer("CHANGES REQUESTED by Bob: the office, and only 1 litre. Nothing was done.")

    assert thread.calls == ["water_plants office 1"]
    told = thread.answer("APPROVED by Bob. The plants in the office got 1 litre.").text
    assert told.endswith("- **Approved** by Bob. The plants in the office got 1 litre.")


def test_only_offered_tools_are_called() -> None:
    assert "not given any tools" in Thread(tools=[]).say("hello").text
    told = Thread(tools=PLANTS).say("order 100 widgets")
    assert told.calls == []
    assert "so I did nothing. This is what I can do:\n\n- Water the plants" in told.text


def test_arguments_have_the_names_and_types_of_the_offered_schema() -> None:
    urgent: Json = {"type": "boolean", "default": False}
    tools = [
        a_tool(
            "buy_item", product=TEXT, qty={"type": "number"}, approval_reason=TEXT, urgent=urgent
        )
    ]

    assert Thread(tools=tools).say("buy item: 2.5 desks for Bob").arguments == [
        {"product": "desk", "qty": 2.5, "approval_reason": "For Bob.", "urgent": False}
    ]


@pytest.mark.parametrize(
    ("schema", "said", "value"),
    [
        ({"type": ["integer", "null"]}, "frob it 3", 3),
        ({"type": ["integer", "null"]}, "frob it", None),
        ({"enum": ["+", "-"]}, "frob it -", "-"),
        ({"enum": ["", "up"]}, "frob it up", "up"),
        ({"type": "array", "items": {"enum": ["", "a b", "c"]}}, "frob it c and a-b", ["c", "a b"]),
        ({"$ref": "#/$defs/Tree"}, 'frob it x={"left": 1}', {"left": 1}),
        ({"anyOf": [{"$ref": "#/$defs/Tree"}, {"type": "null"}]}, "frob it", None),
        ({"type": "number"}, f"frob it {'9' * 400}", int("9" * 400)),
        ({}, "frob it gladly please", "gladly"),
    ],
)
def test_odd_schemas_are_read_as_far_as_they_go(schema: Json, said: str, value: object) -> None:
    tool = a_tool("frob_it", x=schema)
    tree: Json = {"type": "object", "properties": {"left": {"$ref": "#/$defs/Tree"}}}
    tool["parameters"]["$defs"] = {"Tree": tree}

    assert Thread(tools=[tool]).say(said).arguments == [{"x": value}]


def test_a_schema_may_refer_to_its_definitions() -> None:
    tool = a_tool("paint_wall", colour={"$ref": "#/$defs/Colour"})
    tool["parameters"]["$defs"] = {"Colour": {"type": "string", "enum": ["dark red", "blue"]}}

    assert Thread(tools=[tool]).say("paint the wall dark red").calls == ["paint_wall dark red"]


HANDOFF = a_tool(
    "transfer_to_release_manager",
    "Handoff to the Release manager agent to handle the request. Deploys and rolls back services.",
)
DEPLOYS = [
    a_tool("deploys__list_services", "Every service with the version that runs."),
    a_tool(
        "deploys__deploy",
        "Have a version of a service run in an environment.",
        service=TEXT,
        version={**TEXT, "pattern": r"^\d+\.\d+\.\d+$"},
        environment={"enum": ["staging", "production"], "type": "string"},
        approval_reason=TEXT,
    ),
]


@pytest.mark.parametrize(
    "said",
    ["deploy api 2.4.0 to production", "please roll the api back", "Deploying web now", "deploy!"],
)
def test_what_another_agent_is_for_is_handed_over_once(said: str) -> None:
    thread = Thread(tools=[HANDOFF]).say(said)
    assert [call["name"] for call in thread.made] == ["transfer_to_release_manager"]
    thread = thread.answer('{"assistant": "Release manager"}')
    assert thread.made == []
    assert thread.text


@pytest.mark.parametrize("said", ["how is the weather?", "the weather, please: day_time=noon"])
def test_what_no_agent_is_for_is_not_handed_over(said: str) -> None:
    assert Thread(tools=[HANDOFF]).say(said).made == []


SECURITY = a_tool(
    "transfer_to_security",
    "Handoff to the Security agent to handle the request. Looks after devices.",
)


@pytest.mark.parametrize(
    ("said", "others", "chosen"),
    [
        ("please drain_pool number=3", [HANDOFF], ["transfer_to_release_manager"]),
        ("wipe_device owner=lee", [HANDOFF, SECURITY], ["transfer_to_security"]),
        ("drain_pool number=3", [HANDOFF, SECURITY], []),  # which of them has it is not known
    ],
)
def test_a_tool_that_another_agent_has_is_handed_over_to_it(
    said: str, others: list[Json], chosen: list[str]
) -> None:
    assert [call["name"] for call in Thread(tools=others).say(said).made] == chosen


def test_a_tool_of_the_agent_itself_is_called_whatever_others_there_are() -> None:
    own = a_tool("wipe_device", owner=TEXT)
    assert Thread(tools=[SECURITY, own]).say("wipe_device owner=lee").calls == ["wipe_device lee"]


@pytest.mark.parametrize(
    "said",
    [
        "deploy api 2.4.0 to production",
        "Deploy version 2.4.0 of the api in production, please.",
        "deploy service=api version=2.4.0 environment=production",
    ],
)
def test_the_tool_of_a_server_is_called_by_its_own_words(said: str) -> None:
    thread = Thread(tools=DEPLOYS).say(said)
    assert [call["name"] for call in thread.made] == ["deploys__deploy"]
    assert {name: it for name, it in thread.arguments[0].items() if name != "approval_reason"} == {
        "service": "api",
        "version": "2.4.0",
        "environment": "production",
    }


def test_what_looks_wrong_is_asked_for() -> None:
    thread = Thread(tools=DEPLOYS).say("deploy api two to production")
    assert thread.made == []
    assert "version" in thread.text


@pytest.mark.parametrize(
    ("said", "arguments"),
    [
        ("restart web-1", {"server": "web-1"}),
        ("please feed Tom and Jerry with fish",
         {"names": ["Tom", "Jerry"], "food": "fish", "grams": 80}),
    ],
)  # fmt: skip
def test_what_one_tool_alone_does_is_enough(said: str, arguments: dict[str, Any]) -> None:
    (made,) = Thread(tools=PLANTS).say(said).arguments
    assert {key: value for key, value in made.items() if value is not None} == arguments


def test_what_two_tools_do_or_one_lacks_everything_for_is_not_called() -> None:
    twice = [*PLANTS, a_tool("feed_dogs", "Feed the dogs.", names=TEXT)]
    for tools, said in ((twice, "feed Tom"), (PLANTS, "send"), (PLANTS, "who can send Tom?")):
        assert Thread(tools=tools).say(said).calls == []


def test_an_agent_that_wants_an_object_gets_one_with_the_words_in_it() -> None:
    ticket: Json = {
        "type": "object",
        "properties": {
            "done": {"type": "boolean"},
            "kind": {"enum": ["question", "fault"]},
            "title": TEXT,
            "steps": {"type": "array", "items": TEXT},
            "parent": {"anyOf": [{"$ref": "#"}, {"type": "null"}]},
            "owner": {"$ref": "#/$defs/Owner"},
        },
        "$defs": {
            "Owner": {
                "type": "object",
                "properties": {"name": TEXT, "age": {"minimum": 1, "type": "integer"}},
            }
        },
    }
    wanted = {"format": {"type": "json_schema", "name": "ticket", "schema": ticket}}
    said = answer({"input": "hello", "tools": PLANTS, "text": wanted})
    told = json.loads(said["output"][0]["content"][0]["text"])
    assert "Water the plants" in told.pop("title")
    assert told == {
        "done": False,
        "kind": "question",
        "steps": [],
        "parent": None,
        "owner": {"name": "", "age": 1},
    }
