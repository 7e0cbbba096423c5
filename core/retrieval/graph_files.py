"""Whether Chroma's files of a graph are whole: it reads them unseen, and crashes on cut ones.

A process may be killed, or the power fail, while the five files of a graph are written.
"""

import struct
from pathlib import Path

_HEADER = struct.Struct("<i6Q2i3QdQ")
"""Version; offsets of levels, most elements, elements, bytes of an element, offsets of labels and
vectors; top level, entry; most neighbours above, on the ground, and as asked for; two more."""
_INT = struct.Struct("<i")


def check_graphs(folder: Path) -> None:
    """Look at sizes alone, so it takes less than opening.

    Raises:
        ValueError: when a graph in one of the folders is cut off.
        OSError: when its files are not there.
    """
    for header in folder.glob("*/header.bin"):
        content = header.read_bytes()
        if len(content) != _HEADER.size:
            raise ValueError("the graph's header is cut off")
        _, _, most, elements, element_bytes, *_ = _HEADER.unpack(content)
        sizes = {
            "data_level0.bin": elements * element_bytes,
            "length.bin": elements * _INT.size,
        }
        for name, least in sizes.items():
            if header.with_name(name).stat().st_size < least:
                raise ValueError(f"the graph's {name} is cut off")
        links = header.with_name("link_lists.bin").read_bytes()
        if elements > most or not _are_lists(links, elements):
            raise ValueError("the graph's links are cut off")


def _are_lists(content: bytes, count: int) -> bool:
    """Whether these are so many lists, each of them after its number of bytes."""
    place = 0
    for _ in range(count):
        if place + _INT.size > len(content):
            return False
        (size,) = _INT.unpack_from(content, place)
        if size < 0:
            return False
        place += _INT.size + size
    return place == len(content)
