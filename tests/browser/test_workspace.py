"""The page without an app's answers: search, threads, private answers, closed channels, times."""

import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.client import SandboxClient
from sandbox.json_types import Json
from sandbox.server import Sandbox, running
from tests.browser.window import SEEN_SECONDS, Window
from tests.browser.window import button as button_of
from tests.unit.sandbox.blocks import actions, button
from tests.unit.sandbox.slack_app import (
    ALICE,
    BOB,
    BOT_TOKEN,
    DAVE,
    FINANCE,
    GENERAL,
    OPS,
    TRIO,
    a_config,
)

pytestmark = pytest.mark.system

SCREENS = pytest.mark.parametrize(
    ("width", "scheme"),
    [(390, "light"), (390, "dark"), (1360, "light"), (1360, "dark")],
)
OF_ITS_BOX = """() => [...document.querySelectorAll("svg.icon")].filter((icon) => {
    const { x, y, width, height } = icon.getBBox();
    const edge = parseFloat(getComputedStyle(icon).strokeWidth) / 2;
    const cut = x < edge || y < edge || x + width > 24 - edge || y + height > 24 - edge;
    return cut && width + height > 0;
}).map((icon) => icon.getAttribute("class"))"""
"""The icons of which something is drawn beyond their box; hidden ones have no size."""

HARD_TO_READ = (Path(__file__).parent / "legibility.js").read_text(encoding="utf-8")
NAMELESS = re.compile(
    r"^\s*- (?:button|link|textbox|combobox|option|tab|checkbox|img)(?: \[.*\])?:?$", re.MULTILINE
)
"""What a screen reader has no words for."""


@dataclass(slots=True)
class Place:
    """A sandbox without an app, and the windows that are open on it."""

    sandbox: Sandbox
    people: SandboxClient
    slack: AsyncWebClient
    chromium: Browser
    opened: list[Any] = field(default_factory=list[Any])

    async def open_as(self, user: str, width: int = 1360, scheme: str = "light") -> Window:
        """A new window; a narrow one is a phone's."""
        phone = width < 768
        context = await self.chromium.new_context(
            viewport={"width": width, "height": 844},
            color_scheme="dark" if scheme == "dark" else "light",
            locale="en-US",
            timezone_id="Europe/Berlin",
            has_touch=phone,
            is_mobile=phone,
            reduced_motion="reduce",
        )
        context.set_default_timeout(SEEN_SECONDS * 1000)
        self.opened.append(context)
        page = await context.new_page()
        await page.goto(f"{self.sandbox.page_url}&as={user}")
        await page.wait_for_selector("body.ready")
        return Window(page)


@pytest.fixture
async def place(chromium: Browser) -> AsyncGenerator[Place]:
    async with (
        running(a_config()) as sandbox,
        SandboxClient.from_page_url(sandbox.page_url) as people,
    ):
        slack = AsyncWebClient(BOT_TOKEN, base_url=sandbox.api_url)
        place = Place(sandbox, people, slack, chromium)
        yield place
        for context in place.opened:
            await context.close()


async def _fits(page: Page) -> None:
    """Nothing makes the page wider than its window."""
    wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide == 0


async def _imported(page: Page, expression: str) -> Any:
    """What the page's own module for times says."""
    return await page.evaluate(f"import('/static/time.js').then((time) => {expression})")


@SCREENS
async def test_a_message_is_found_by_its_words_and_opens_in_its_thread(
    place: Place, width: int, scheme: str
) -> None:
    root = await place.people.say(ALICE, OPS, "where is the forklift?")
    await place.people.say(BOB, OPS, "the forklift is in hall three", thread_ts=root)
    alice = await place.open_as(ALICE, width, scheme)

    if width < 768:
        await alice.page.get_by_test_id("burger").click()
        await alice.page.get_by_test_id("quick-switcher").click()
    else:
        await alice.page.keyboard.press("Control+k")
    await alice.page.get_by_role("combobox", name="Search or jump to").fill("forklift hall")
    found = alice.page.get_by_role("option").filter(has_text="in hall three")
    await expect(found).to_contain_text("Bob Keller in #ops")
    await expect(alice.page.get_by_role("option")).to_have_count(1)
    await _fits(alice.page)
    await alice.page.keyboard.press("Enter")

    await expect(alice.pane).to_contain_text("where is the forklift?")
    flashed = alice.pane.get_by_test_id("message").filter(has_text="in hall three")
    await expect(flashed).to_have_class(re.compile("flash"))


async def test_one_goes_on_writing_where_one_was_before_a_search(place: Place) -> None:
    alice = await place.open_as(ALICE)
    composer = alice.page.get_by_test_id("composer")
    await composer.press_sequentially("half a ")

    await alice.page.keyboard.press("Control+k")
    await alice.page.keyboard.type("zebra")
    await expect(alice.page.get_by_role("dialog", name="Search")).to_contain_text("Nothing found.")
    await alice.page.keyboard.press("Escape")
    await alice.page.keyboard.type("sentence")

    await expect(composer).to_have_value("half a sentence")


@SCREENS
async def test_threads_with_news_are_counted_until_they_are_read(
    place: Place, width: int, scheme: str
) -> None:
    root = await place.people.say(ALICE, GENERAL, "who is in?")
    other = await place.people.say(ALICE, OPS, "stock?")
    await place.people.say(BOB, OPS, "low", thread_ts=other)
    for text in ("me", "and Carol"):
        await place.people.say(BOB, GENERAL, text, thread_ts=root)
    alice = await place.open_as(ALICE, width, scheme)
    entry = alice.page.get_by_test_id("threads")
    await expect(entry.locator(".count")).to_have_text("2 with new replies")

    await alice.go("threads")
    rows = alice.page.get_by_test_id("thread-row")
    await expect(rows).to_have_count(2)
    await expect(rows.first).to_contain_text("2 new")
    await expect(rows.first).to_contain_text("and Carol")
    await _fits(alice.page)
    await rows.filter(has_text="#ops").click()
    await expect(alice.pane).to_contain_text("low")

    await expect(entry.locator(".count")).to_have_text("1 with new replies")
    await expect(rows.filter(has_text="#ops")).not_to_contain_text("new")
    await place.people.say(BOB, OPS, "very low", thread_ts=other)
    await expect(alice.pane).to_contain_text("very low")
    await expect(rows.filter(has_text="#ops")).to_contain_text("2 replies")
    await expect(entry.locator(".count")).to_have_text("1 with new replies")


async def test_private_answers_are_no_replies_and_gone_after_a_reload(place: Place) -> None:
    root = await place.people.say(ALICE, OPS, "order")
    await place.people.say(BOB, OPS, "no", thread_ts=root)
    alice = await place.open_as(ALICE)
    await alice.follow("order")
    await place.slack.chat_postEphemeral(channel=OPS, user=ALICE, thread_ts=root, text="psst")
    await expect(alice.ephemeral).to_contain_text("psst")
    await expect(alice.pane.locator(".reply-divider")).to_have_text("1 reply")
    await expect(alice.main.get_by_test_id("thread-link")).to_contain_text("1 reply")

    await place.sandbox.core.hub.close()  # the line breaks, and the page comes back by itself
    await place.people.say(BOB, OPS, "still no", thread_ts=root)
    await expect(alice.pane).to_contain_text("still no")
    await expect(alice.ephemeral).to_contain_text("psst")

    await alice.page.reload()
    await expect(alice.pane).to_contain_text("still no")
    await expect(alice.ephemeral).to_have_count(0)


async def test_becoming_somebody_else_shows_nothing_that_is_anothers(place: Place) -> None:
    alice = await place.open_as(ALICE)
    await place.slack.chat_postEphemeral(channel=OPS, user=ALICE, text="for Alice")
    await place.slack.chat_postEphemeral(channel=OPS, user=BOB, text="for Bob")
    await alice.go("channel-ops")
    await expect(alice.lists).to_have_count(1)
    await expect(alice.lists).to_contain_text("for Alice")

    await alice.page.get_by_test_id("person-switch").click()
    await alice.page.get_by_test_id("person-bob").click()

    await expect(alice.page.get_by_test_id("person-switch")).to_contain_text("Bob Keller")
    await expect(alice.lists).to_have_count(1)
    await expect(alice.lists).to_contain_text("for Bob")


@SCREENS
async def test_a_channel_that_one_is_not_in_offers_to_join(
    place: Place, width: int, scheme: str
) -> None:
    await place.people.say(BOB, FINANCE, "quarter end")
    alice = await place.open_as(ALICE, width, scheme)
    await alice.go("channel-finance")
    await expect(alice.page.get_by_test_id("composer")).to_be_hidden()
    await _fits(alice.page)

    await alice.page.get_by_test_id("join").click()

    await expect(alice.main).to_contain_text("quarter end")
    await alice.write("hello finance")
    await expect(alice.main.get_by_test_id("message").last).to_contain_text("hello finance")


async def test_who_cannot_join_reads_why(place: Place) -> None:
    dave = await place.open_as(DAVE)
    await dave.go("channel-ops")
    await expect(dave.main).to_contain_text("You are a guest, so a member has to add you.")
    await expect(dave.page.get_by_test_id("join")).to_have_count(0)

    ts = (await place.people.say(ALICE, TRIO, "among us")).replace(".", "")
    await dave.page.goto(f"{place.sandbox.url}/archives/{TRIO}/p{ts}?as={DAVE}")
    await expect(dave.page.get_by_test_id("toast")).to_contain_text("That conversation is private")
    await expect(dave.main.get_by_role("heading").first).to_have_text("ops")

    await place.people.set_channel(GENERAL, archived=True)
    await dave.go("channel-general")
    await expect(dave.main).to_contain_text("#general is archived. Nobody can write in it.")


@SCREENS
async def test_one_line_says_that_the_sandbox_is_away_until_it_is_back(
    place: Place, width: int, scheme: str
) -> None:
    root = await place.people.say(ALICE, OPS, "order")
    await place.people.say(BOB, OPS, "no", thread_ts=root)
    alice = await place.open_as(ALICE, width, scheme)
    await alice.follow("order")
    banner = alice.page.get_by_role("alert").filter(has_text="The sandbox is not running.")
    await alice.page.get_by_test_id("thread-composer").fill("wait for me")
    await expect(banner).to_have_count(0)

    await alice.page.context.set_offline(True)
    await place.sandbox.core.hub.close()

    await expect(banner).to_be_visible()
    await expect(alice.page.get_by_test_id("thread-send")).to_be_disabled()
    await expect(alice.page.get_by_test_id("connection")).to_be_hidden()
    await expect(alice.page.get_by_test_id("toast")).to_have_count(0)
    await _fits(alice.page)
    box = await banner.bounding_box()
    head = await alice.page.get_by_test_id("thread-close").bounding_box()
    assert box is not None
    assert head is not None
    assert head["y"] >= box["y"] + box["height"]

    await alice.page.context.set_offline(False)
    await expect(banner).to_have_count(0)
    await alice.page.get_by_test_id("thread-send").click()
    await expect(alice.answer).to_contain_text("wait for me")


async def test_the_hint_follows_what_was_done_and_sends_nobody_to_order_who_approves(
    place: Place,
) -> None:
    alice, bob = await place.open_as(ALICE), await place.open_as(BOB, 390)
    asks, approves = alice.page.get_by_test_id("hint"), bob.page.get_by_test_id("hint")
    await expect(asks).to_contain_text("Order 100 widgets")
    await expect(approves).to_contain_text("Nothing waits for you. Become Alice")
    await expect(approves).not_to_contain_text("Order")

    await alice.page.get_by_test_id("hint-fill").click()
    await alice.page.get_by_test_id("send").click()
    await expect(asks).to_have_count(0)

    root = await place.people.say(ALICE, OPS, "<@U0SIGN> order 100 widgets")
    card: Json = actions(button("Approve", style="primary"))
    posted = await place.slack.chat_postMessage(
        channel=OPS, thread_ts=root, text="Order 100 widgets?", blocks=[card]
    )
    await expect(asks).to_contain_text("Become Bob, read the card, and press Approve.")
    await expect(approves).to_contain_text("Read the card in #ops, and tap Approve.")
    await approves.get_by_test_id("hint-open").click()
    await expect(button_of(bob.pane, "Approve")).to_be_visible()

    await place.slack.chat_update(channel=OPS, ts=str(posted["ts"]), text="Ordered.", blocks=[])
    await expect(asks).to_have_count(0)


async def test_touch_screens_are_told_of_no_keys(place: Place) -> None:
    phone = await place.open_as(ALICE, 390)
    composer = phone.page.get_by_test_id("composer")
    await composer.fill("one")
    await composer.press("Enter")
    await composer.press_sequentially("two")
    await expect(composer).to_have_value("one\ntwo")
    await expect(phone.page.locator(".composer-hint, kbd").filter(visible=True)).to_have_count(0)
    await expect(phone.page.get_by_test_id("send")).to_have_attribute("title", "Send")

    tablet = await place.open_as(ALICE, 767)
    await tablet.page.set_viewport_size({"width": 1024, "height": 768})
    await tablet.page.get_by_test_id("composer").fill("one")
    await expect(tablet.main.locator(".composer-hint")).to_be_hidden()

    desk = await place.open_as(ALICE)
    await desk.page.get_by_test_id("composer").fill("one")
    await expect(desk.main.locator(".composer-hint")).to_contain_text("Enter to send")


@pytest.mark.parametrize("width", [390, 1360])
async def test_no_icon_is_cut(place: Place, width: int) -> None:
    alice = await place.open_as(ALICE, width)
    assert await alice.page.locator("svg.seal").count() > 0

    assert await alice.page.evaluate(OF_ITS_BOX) == []


async def test_times_are_written_as_slack_writes_them(place: Place) -> None:
    root = await place.people.say(ALICE, OPS, "now")
    await place.people.say(BOB, OPS, "and then", thread_ts=root)
    alice = await place.open_as(ALICE)
    await alice.follow("now")

    clock = r"\d{1,2}:\d\d\s[AP]M"
    stamp = alice.main.get_by_test_id("message").last.locator(".stamp")
    await expect(stamp).to_have_text(re.compile(rf"^{clock}$"))
    await expect(stamp).to_have_attribute(
        "title", re.compile(rf"^\w+, \w+ \d+, 20\d\d at {clock}$")
    )
    await expect(alice.main.get_by_role("separator").last).to_have_text("Today")
    await expect(alice.answer.locator(".stamp")).to_have_text(re.compile(rf"^Today at {clock}$"))
    old = "1391734800"  # 2014-02-07 02:00 in Berlin
    dates = await _imported(
        alice.page,
        f"['{{date}}', '{{date_short}}', '{{date_long}}', '{{date_num}}', '{{date_slash}}']"
        f".map((pattern) => time.slackDate('{old}', pattern))",
    )
    assert dates == [
        "February 7th, 2014",
        "Feb 7, 2014",
        "Friday, February 7th, 2014",
        "2014-02-07",
        "02/07/2014",
    ]


@SCREENS
async def test_everything_has_a_name_and_can_be_read(place: Place, width: int, scheme: str) -> None:
    root = await place.people.say(ALICE, OPS, f"<@{BOB}> look, <!subteam^S0FINANCE>")
    blocks = [
        actions(button("Approve", style="primary"), button("Reject", "reject", style="danger"))
    ]
    await place.slack.chat_postMessage(channel=OPS, thread_ts=root, text="?", blocks=blocks)
    bob = await place.open_as(BOB, width, scheme)
    await place.slack.chat_postEphemeral(channel=OPS, user=BOB, thread_ts=root, text="psst")

    await _legible(bob.page)
    await bob.go("threads")
    await expect(bob.page.get_by_test_id("thread-row")).to_contain_text("new")
    await _legible(bob.page)
    await bob.page.get_by_test_id("thread-row").click()
    await expect(bob.ephemeral).to_contain_text("psst")
    await _legible(bob.page)
    await bob.page.get_by_test_id("thread-close").click()
    await bob.go("channel-ops")
    await expect(bob.main.get_by_test_id("thread-link")).to_be_visible()
    await _legible(bob.page)
    if width < 768:
        await bob.page.get_by_test_id("burger").click()
        await expect(bob.page.get_by_test_id("dm-bot").get_by_text("APP")).to_be_visible()
        await _legible(bob.page)


async def _legible(page: Page) -> None:
    """Everything on the page has a name for screen readers and contrast for eyes."""
    assert NAMELESS.findall(await page.locator("body").aria_snapshot()) == []
    assert await page.evaluate(HARD_TO_READ) == []
