"""Free memory is the machine's, or the container's where that is less."""

from pathlib import Path

import pytest

from core.lora.memory import free_memory

MB = 1024 * 1024


def group(folder: Path, limit: str, used: int, caches: int) -> Path:
    (folder / "memory.max").write_text(limit + "\n")
    (folder / "memory.current").write_text(f"{used}\n")
    (folder / "memory.stat").write_text(f"anon 1\ninactive_file {caches}\n")
    return folder


def machine(folder: Path, free: int) -> Path:
    file = folder / "meminfo"
    file.write_text(f"MemTotal: 1 kB\nMemAvailable:   {free // 1024} kB\n")
    return file


@pytest.mark.parametrize(
    ("limit", "expected"),
    [("max", 800 * MB), (str(500 * MB), 250 * MB), (str(5000 * MB), 800 * MB), ("odd", 800 * MB)],
)
def test_the_smaller_of_machine_and_container(tmp_path: Path, limit: str, expected: int) -> None:
    cgroup = group(tmp_path, limit, used=300 * MB, caches=50 * MB)
    assert free_memory(machine(tmp_path, 800 * MB), cgroup) == expected


def test_a_container_beyond_its_limit_has_nothing(tmp_path: Path) -> None:
    cgroup = group(tmp_path, str(100 * MB), used=300 * MB, caches=0)
    assert free_memory(machine(tmp_path, 800 * MB), cgroup) == 0


def test_a_system_that_does_not_say(tmp_path: Path) -> None:
    assert free_memory(tmp_path / "nothing", tmp_path / "nowhere") is None


def test_this_machine_has_some() -> None:
    assert (free_memory() or 0) > MB
