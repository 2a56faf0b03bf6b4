"""What is installed: two locks that fit together, and overrides that change nothing of ours."""

import re
import tomllib

from dev.paths import ROOT

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK, AGENTEX_LOCK = (
    (ROOT / name).read_text(encoding="utf-8")
    for name in ("requirements.lock", "requirements-agentex.lock")
)


def _name(requirement: str) -> str:
    return re.split(r"[^\w-]", requirement, maxsplit=1)[0]


def _versions(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w-]+)==(\S+)", lock, re.MULTILINE))


def test_an_override_of_a_dependency_of_ours_keeps_its_bounds() -> None:
    ours = {_name(it): it for it in PYPROJECT["project"]["dependencies"]}
    overrides = {_name(it): it for it in PYPROJECT["tool"]["uv"]["override-dependencies"]}
    shared = ours.keys() & overrides.keys()
    assert shared == {"openai-agents", "rich", "typer"}
    assert {name: overrides[name] for name in shared} == {name: ours[name] for name in shared}


def test_both_locks_can_be_installed_into_one_venv() -> None:
    plain, agentex = _versions(LOCK), _versions(AGENTEX_LOCK)
    shared = plain.keys() & agentex.keys()
    assert {_name(it) for it in PYPROJECT["project"]["dependencies"]} <= shared
    assert {name: agentex[name] for name in shared} == {name: plain[name] for name in shared}


def test_only_the_lock_for_agentex_has_its_sdk_and_only_the_other_has_our_checkers() -> None:
    checkers = {_name(it) for it in PYPROJECT["dependency-groups"]["dev"]}
    assert "agentex-sdk" in _versions(AGENTEX_LOCK)
    assert "agentex-sdk" not in _versions(LOCK)
    assert checkers <= _versions(LOCK).keys()
    assert not checkers & _versions(AGENTEX_LOCK).keys()


def test_the_locks_name_no_address() -> None:
    assert "://" not in LOCK + AGENTEX_LOCK
