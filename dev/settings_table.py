"""Writes the table of settings in docs/operations.md: `python -m dev.settings_table`."""

from collections.abc import Iterator

from bot.settings import BotSettings
from countersign.runtime.settings import CommonSettings
from dev.paths import ROOT
from examples.purchasing.buyer import ShopSettings
from worker.settings import WorkerSettings

BEGIN, END = "<!-- settings: begin -->", "<!-- settings: end -->"
PAGE = ROOT / "docs" / "operations.md"
LONG = 40
WHO = (
    (CommonSettings, "both"),
    (BotSettings, "bot"),
    (WorkerSettings, "worker"),
    (ShopSettings, "the example"),
)


def table() -> str:
    """Every variable once, with who reads it, its default and what it is for."""
    return "\n".join(
        ["| variable | read by | default | what it is |", "|---|---|---|---|", *_rows()]
    )


def written(page: str) -> str:
    """The page with today's table."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def _rows() -> Iterator[str]:
    seen = set[str]()
    for settings, who in WHO:
        for name, field in settings.model_fields.items():
            if name in seen:
                continue
            seen.add(name)
            about = " ".join((field.description or "").split())
            yield f"| `{name.upper()}` | {who} | {_default(field.default)} | {about} |"


def _default(value: object) -> str:
    text = str(value)
    if not text:
        return ""
    return "built in" if len(text) > LONG or "\n" in text else f"`{text}`"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
