"""Log files of the last few starts."""

from pathlib import Path

KEPT = 3


def rotate(folder: Path) -> None:
    """Set the current logs aside as `….log.1`, older ones one further; the oldest go."""
    for log in folder.glob("*.log"):
        for age in range(KEPT, 1, -1):
            younger = log.with_name(f"{log.name}.{age - 1}")
            if younger.exists():
                younger.replace(log.with_name(f"{log.name}.{age}"))
        log.replace(log.with_name(f"{log.name}.1"))
