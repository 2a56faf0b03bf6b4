"""What the people of `approval_sandbox` read of a message."""

from countersign.testing.reading import buttons_of, text_of

CARD = {
    "text": "what a notification says",
    "blocks": [
        {"type": "header", "text": {"type": "plain_text", "text": "Order 2 chairs"}},
        {"type": "markdown", "text": "because *ours* broke"},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "*cost*\n€90"}]},
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [
                        {"type": "user", "user_id": "U0BOB"},
                        {"type": "text", "text": " in "},
                        {"type": "channel", "channel_id": "C0OPS"},
                        {"type": "emoji", "name": "wave"},
                    ],
                }
            ],
        },
        {
            "type": "actions",
            "elements": [
                {"type": "button", "text": {"type": "plain_text", "text": "Approve"}},
                {"type": "overflow", "options": []},
            ],
        },
    ],
}


def test_everything_that_is_written_is_read_once() -> None:
    assert text_of(CARD).splitlines() == [
        "Order 2 chairs",
        "because *ours* broke",
        "*cost*",
        "€90",
        "<@U0BOB> in <#C0OPS>wave",
        "Approve",
    ]
    assert text_of({"text": "hello"}) == "hello"
    assert text_of({"text": "hello", "blocks": []}) == "hello"


def test_only_buttons_can_be_pressed() -> None:
    assert buttons_of(CARD) == ["Approve"]
    assert buttons_of({"text": "hello"}) == []
