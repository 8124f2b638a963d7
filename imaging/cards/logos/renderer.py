"""Renders one SVG as PNG in a separate process, as a malicious SVG can make resvg panic or draw without end.

Not imported but run. Arguments: the pixels of the longer side and the font's file; reads the SVG from standard input
and writes the PNG to standard output.
"""

import resource
import sys

import resvg_py

_SECONDS, _BYTES = 5, 1 << 30  # of processor time, and of memory


def main() -> None:
    """Render standard input. Any exit code but 0 means that it cannot be drawn."""
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_BYTES, _BYTES))
    side, font = int(sys.argv[1]), sys.argv[2]
    svg = sys.stdin.buffer.read().decode()
    small = _drawn(svg, font, width=16)
    width, height = (int.from_bytes(small[at : at + 4]) for at in (16, 20))  # the PNG's IHDR chunk
    sys.stdout.buffer.write(_drawn(svg, font, **({"width": side} if width >= height else {"height": side})))


def _drawn(svg: str, font: str, **size: int) -> bytes:
    return resvg_py.svg_to_bytes(
        svg_string=svg,
        width=size.get("width"),
        height=size.get("height"),
        skip_system_fonts=True,
        font_files=[font],
        font_family="Manrope",  # the only font, whichever family the SVG names
        serif_family="Manrope",
        sans_serif_family="Manrope",
    )


if __name__ == "__main__":
    main()
