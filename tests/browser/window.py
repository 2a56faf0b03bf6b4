"""A person's window: what they see of the workspace and do in it, in their own terms."""

import re
from dataclasses import dataclass

from playwright.async_api import Locator, Page, expect

SEEN_SECONDS = 20
TRIES = 3
AGAIN = re.compile("please press again", re.IGNORECASE)
DESKTOP = 1360
"""Width of a window, unless a test is about widths."""
expect.set_options(timeout=SEEN_SECONDS * 1000)


@dataclass(frozen=True, slots=True)
class Window:
    """The page as one person has it open."""

    page: Page

    @property
    def main(self) -> Locator:
        """The channel or direct message that is open."""
        return self.page.locator("#main")

    @property
    def pane(self) -> Locator:
        """The thread that is open beside the channel."""
        return self.page.get_by_test_id("thread-pane")

    @property
    def card(self) -> Locator:
        """The newest approval card of the open thread."""
        return cards(self.pane).last

    @property
    def modal(self) -> Locator:
        """The dialog of the app that is open."""
        return self.page.get_by_test_id("modal")

    @property
    def answer(self) -> Locator:
        """The newest message of the open thread."""
        return self.pane.get_by_test_id("message").last

    @property
    def ephemeral(self) -> Locator:
        """The newest private answer in the open thread."""
        return self.pane.get_by_test_id("ephemeral").last

    @property
    def lists(self) -> Locator:
        """Private answers in the channel."""
        return self.main.get_by_test_id("ephemeral")

    async def write(self, text: str) -> None:
        """Say something in the channel."""
        await self.page.get_by_test_id("composer").fill(text)
        await self.page.get_by_test_id("send").click()

    async def reply(self, text: str) -> None:
        """Say something in the open thread."""
        await self.page.get_by_test_id("thread-composer").fill(text)
        await self.page.get_by_test_id("thread-send").click()

    async def go(self, channel: str) -> None:
        """Open a channel, by the end of its test id; on a phone the channels are in a drawer."""
        burger = self.page.get_by_test_id("burger")
        if await burger.is_visible():
            await burger.click()
        await self.page.get_by_test_id(channel).click()

    async def ask(self, text: str) -> Locator:
        """Ask the bot in #ops and open the thread of its answer."""
        await self.go("channel-ops")
        await self.write(f"@Countersign {text}")
        return await self._open_thread(text)

    async def follow(self, text: str) -> Locator:
        """Open the thread of the newest message in #ops that says something."""
        await self.go("channel-ops")
        return await self._open_thread(text)

    async def _open_thread(self, text: str) -> Locator:
        link = self.page.get_by_test_id("thread-link")
        said = self.main.get_by_test_id("message").filter(has_text=text).filter(has=link).last
        await said.get_by_test_id("thread-link").click()
        await expect(self.pane).to_contain_text(text)
        return self.pane

    async def list(self, words: str = "") -> Locator:
        """Ask for a list in #ops."""
        await self.go("channel-ops")
        before = await self.lists.count()
        await self.write(f"/approvals {words}".strip())
        await expect(self.lists).to_have_count(before + 1)
        # Not the last one: what is said of it later comes below.
        return self.lists.nth(before)

    async def choose(self, card: Locator, option: str) -> None:
        """Pick from a card's menu."""
        await card.get_by_role("button", name="More actions").click()
        await self.page.get_by_role("menuitem", name=option).click()

    async def open_dialog(self, pressed: Locator) -> None:
        """Press a button that opens one, and again if that is asked for.

        Slack gives three seconds for it. A machine that runs three stacks at once may need more,
        above all where a dialog is about several requests, each of which is looked up.
        """
        once_more = self.pane.get_by_test_id("ephemeral").filter(has_text=AGAIN)
        for _ in range(TRIES):
            told = await once_more.count()
            await pressed.click()
            await expect(self.modal.or_(once_more.nth(told)).first).to_be_visible()
            if await self.modal.is_visible():
                return

    async def submit(self) -> None:
        """Send the dialog."""
        await self.page.get_by_test_id("modal-submit").click()

    async def close(self) -> None:
        """Close the dialog without sending it."""
        await self.page.get_by_test_id("modal-cancel").click()
        await expect(self.modal).to_have_count(0)

    async def clear(self) -> None:
        """Leave no dialog behind."""
        for left in ("confirm-cancel", "modal-close"):
            if await self.page.get_by_test_id(left).is_visible():
                await self.page.get_by_test_id(left).click()

    async def confirm(self) -> None:
        """Say yes once more, where Slack asks."""
        await self.page.get_by_test_id("confirm-ok").click()


def told(text: str) -> re.Pattern[str]:
    """The words, with everybody named in them as a mention or by any of their names."""
    named = re.sub("Alice|Bob|Carol", lambda name: rf"@?{name[0]}(?: \w+)?", text)
    return re.compile(named, re.IGNORECASE)


def cards(place: Locator) -> Locator:
    """Every approval card of a thread."""
    return place.get_by_test_id("message").filter(has=place.page.locator(".block.header"))


def button(place: Locator, label: str) -> Locator:
    """The buttons that say exactly this, whatever they are called for screen readers."""
    return place.locator("button", has_text=re.compile(rf"^\s*{re.escape(label)}\s*$"))
