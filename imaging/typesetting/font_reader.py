"""Reads one font and writes it stripped, in a separate process: it may be a decompression bomb, or made to crash.

Not imported but run. Reads a TTF, OTF or WOFF2 from standard input and writes a plain font to standard output: with
the tables that text needs, without programs (hints), pictures and signatures. Any exit code but 0 means that it is no
font, or that it draws no letter.
"""

import resource
import sys
from io import BytesIO

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from PIL import ImageFont

_SECONDS, _BYTES = 20, 2 << 30  # of processor time, and of memory
_LEAST_LETTERS = 20
_TABLES = {
    "GlyphOrder", "head", "hhea", "maxp", "hmtx", "cmap", "name", "post", "glyf", "loca", "GDEF", "GSUB", "GPOS",
    "kern", "fvar", "avar", "gvar", "HVAR", "MVAR", "STAT", "VORG", "vhea", "vmtx", "BASE", "OS/2", "CFF ", "CFF2",
}  # fmt: skip


def main() -> None:
    """Strip the font on standard input."""
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_BYTES, _BYTES))
    data = _stripped(sys.stdin.buffer.read())
    letters = _letters(data)
    if len(letters) < _LEAST_LETTERS:
        sys.exit("no letters")
    drawn = ImageFont.truetype(BytesIO(data), 100, layout_engine=ImageFont.Layout.RAQM).getmask(letters[:200])
    if drawn.getbbox() is None:
        sys.exit("letters without ink")
    sys.stdout.buffer.write(data)


def _stripped(data: bytes) -> bytes:
    font = TTFont(BytesIO(data), recalcTimestamp=False)
    font.flavor = None
    for table in [name for name in font.keys() if name not in _TABLES]:  # noqa: SIM118 - a font is no dict
        del font[table]
    if "glyf" in font:
        font["glyf"].removeHinting()
    with BytesIO() as out:
        font.save(out)
        return out.getvalue()


def _letters(data: bytes) -> str:
    with TTFont(BytesIO(data), lazy=True) as font:
        return "".join(chr(code) for code in font.getBestCmap() or () if chr(code).isalpha())


if __name__ == "__main__":
    main()
