"""`countersign new`: writes a folder with an agent, its policy and its tests."""

import keyword
import re
from importlib.util import find_spec
from pathlib import Path

from countersign.cli.errors import REFUSED, CommandError

TEMPLATE = Path(__file__).with_name("template")
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
LONGEST_NAME = 40
SKIPPED = "__pycache__"


def write(name: str, folder: Path) -> Path:
    """Write the folder `name` in another folder, and return its path.

    Raises:
        CommandError: the name cannot be used, the folder is there already, or it cannot be made.
    """
    module = _module(name)
    made = folder / name
    try:
        made.mkdir()
        for source in sorted(TEMPLATE.rglob("*")):
            if source.is_file() and SKIPPED not in source.parts:
                _copy(source, made, name, module)
    except FileExistsError as error:
        raise CommandError(f"{made} is there already; nothing was written.", REFUSED) from error
    except OSError as error:
        told = f"{made} cannot be written ({error.strerror})."
        raise CommandError(told, REFUSED) from error
    return made


def _module(name: str) -> str:
    """The name that Python has for it."""
    if not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        raise CommandError(
            f"{name!r} is no name for an agent: take up to {LONGEST_NAME} lower-case letters and "
            "digits, with single hyphens between words, such as my-agent.",
            REFUSED,
        )
    module = name.replace("-", "_")
    if keyword.iskeyword(module) or find_spec(module):
        raise CommandError(f"Python knows the name {module} already; take another name.", REFUSED)
    return module


def _copy(source: Path, made: Path, name: str, module: str) -> None:
    """One file of the template, with the agent's names in the place of its own."""
    path = str(source.relative_to(TEMPLATE)).replace("my_agent", module)
    text = source.read_text(encoding="utf-8").replace("my_agent", module).replace("my-agent", name)
    to = made / path
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text(text, encoding="utf-8")
