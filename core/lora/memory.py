"""How much memory a new process could have here."""

from pathlib import Path

MEMINFO = Path("/proc/meminfo")
CGROUP = Path("/sys/fs/cgroup")


def free_memory(meminfo: Path = MEMINFO, cgroup: Path = CGROUP) -> int | None:
    """Bytes; None when the system does not say.

    A container may have less than its machine: the control group (version 2) has its own limit,
    of which unused file caches count as free, as in the kernel's MemAvailable.
    """
    known = [n for n in (_of_machine(meminfo), _of_group(cgroup)) if n is not None]
    return min(known, default=None)


def _of_machine(meminfo: Path) -> int | None:
    try:
        for line in meminfo.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return None


def _of_group(cgroup: Path) -> int | None:
    try:
        limit = (cgroup / "memory.max").read_text().strip()
        if limit == "max":
            return None
        used = int((cgroup / "memory.current").read_text())
        lines = (cgroup / "memory.stat").read_text().splitlines()
        caches = next((int(n.split()[1]) for n in lines if n.startswith("inactive_file ")), 0)
        return max(0, int(limit) - used + caches)
    except (OSError, ValueError, IndexError):
        return None
