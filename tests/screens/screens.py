"""Every picture: its name, what it shows in words, how that comes about, and what is opened."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from playwright.async_api import Locator

from tests.browser.window import Window, button
from tests.screens import scenes
from tests.screens.camera import Finds, Place, Scheme
from tests.slack.product import Product

Scene = Callable[[Product], Awaitable[Place]]
Opens = Callable[[Place], Finds]


def the_message(place: Place) -> Finds:
    """A message as it stands."""

    async def finds(window: Window) -> Locator:
        return await _blocks(window, place)

    return finds


def pressed(label: str) -> Opens:
    """The dialog behind a button."""

    def opens(place: Place) -> Finds:
        async def finds(window: Window) -> Locator:
            await button(await _blocks(window, place), label).click()
            return await _dialog(window)

        return finds

    return opens


def asked_twice(place: Place) -> Finds:
    """What Slack asks once more after *Approve*."""

    async def finds(window: Window) -> Locator:
        await button(await _blocks(window, place), "Approve").click()
        sure = window.page.get_by_test_id("confirm-dialog")
        await sure.wait_for()
        return sure

    return finds


def chosen(option: str) -> Opens:
    """The dialog behind an entry of the menu."""

    def opens(place: Place) -> Finds:
        async def finds(window: Window) -> Locator:
            await window.choose(await _blocks(window, place), option)
            return await _dialog(window)

        return finds

    return opens


def the_list(_: Place) -> Finds:
    """What `/approvals` answers."""

    async def finds(window: Window) -> Locator:
        return (await window.list()).locator(".blocks")

    return finds


def the_home(_: Place) -> Finds:
    """The bot's Home."""

    async def finds(window: Window) -> Locator:
        await window.page.get_by_test_id("tab-home").click()
        home = window.page.locator(".home .blocks")
        await home.wait_for()
        return home

    return finds


DARK: Sequence[Scheme] = ("dark",)


@dataclass(frozen=True, slots=True)
class Screen:
    """One picture."""

    name: str
    words: str
    scene: Scene
    opens: Opens = the_message
    schemes: Sequence[Scheme] = ("light", "dark")
    """In which it is shown on a desk; on a phone it is light."""

    @property
    def file(self) -> str:
        """Its name below `docs/screens`."""
        return f"{self.name}.png"


SCREENS = (
    Screen("pending", "It waits for one approval.", scenes.asked),
    Screen("one-of-two", "It waits for the second of two approvals.", scenes.one_of_two),
    Screen(
        "long",
        "Part of it, with *Review all…* in place of *Approve*.",
        scenes.long_question,
        schemes=DARK,
    ),
    Screen("replaces", "It replaces a request that was to be changed.", scenes.replacing),
    Screen("handed-over", "One approver handed over to another.", scenes.handed_over),
    Screen("outside-slack", "Its rule takes no decision from Slack.", scenes.outside_slack),
    Screen(
        "in-private",
        "Asked in a direct message: a card for each approver.",
        scenes.in_private,
        schemes=DARK,
    ),
    Screen("reminder", "The requester had the approvers reminded.", scenes.reminded, schemes=DARK),
    Screen("placed", "Approved and done.", scenes.placed),
    Screen("edited", "Approved with another quantity, and done.", scenes.placed_as_edited),
    Screen("emergency", "Approved by one person alone.", scenes.placed_in_an_emergency),
    Screen("rejected", "Rejected with a reason.", scenes.rejected),
    Screen("changes-requested", "Changes were requested.", scenes.changed),
    Screen("expired", "Nobody decided in time.", scenes.expired),
    Screen("withdrawn", "The requester took it back.", scenes.withdrawn),
    Screen("superseded", "The price rose before it was approved.", scenes.superseded),
    Screen("failed", "What was approved could not be done.", scenes.failed),
    Screen("confirm", "*Approve*, where the rule asks twice.", scenes.one_of_two, asked_twice),
    Screen("reject", "*Reject…*", scenes.asked, pressed("Reject…"), DARK),
    Screen("edit", "*Edit & approve*", scenes.asked, chosen("Edit & approve"), DARK),
    Screen("details", "*Details* of what waits.", scenes.one_of_two, chosen("Details"), DARK),
    Screen("review", "*Review all…*", scenes.long_question, pressed("Review all…"), DARK),
    Screen("batch", "Several requests of one message.", scenes.three_at_once),
    Screen("approve-all", "*Approve all…*", scenes.three_at_once, pressed("Approve all 3…"), DARK),
    Screen("list", "`/approvals`", scenes.nothing_more, the_list, DARK),
    Screen("home", "The bot's *Home*.", scenes.at_home, the_home, DARK),
)


async def _blocks(window: Window, place: Place) -> Locator:
    where = window.pane if place.thread else window.main
    blocks = where.locator(f'[data-ts="{place.message}"] .blocks')
    await blocks.wait_for()
    return blocks


async def _dialog(window: Window) -> Locator:
    await window.modal.wait_for()
    return window.modal
