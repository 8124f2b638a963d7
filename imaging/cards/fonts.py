"""The fonts of the cards: all from wheels, so a card has the same letters on every machine."""

from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # fonttools has no types
from PIL import ImageFont

TITLE_WEIGHT, EXCERPT_WEIGHT = 800, 500


@dataclass(frozen=True, slots=True)
class Face:
    """One typeface: its files in a package, how far apart its lines want to be (ems), and how much larger
    than asked for it is set, to look as large as its neighbours.
    """

    name: str
    package: str
    bold: str
    regular: str
    leading: float = 1.2
    scale: float = 1.0
    variable: bool = False
    color: bool = False  # a font of pictures: drawn by `emoji`, since Pillow knows no COLRv1

    @property
    def is_installed(self) -> bool:
        return find_spec(self.package) is not None


def _noto(name: str, leading: float, scale: float = 1.0) -> Face:
    file = f"{name}[wght].ttf"
    return Face(name, "manimgx_fonts", file, file, leading, scale, variable=True)


def _rare(name: str, leading: float = 1.4) -> Face:
    file = f"assets/fonts/fallback/NotoSans{name}-Regular.ttf"
    return Face(f"NotoSans{name}", "dynamic_font", file, file, leading)


_CJK = "NotoSansCJKjp-Bold.otf"
MANROPE = Face("Manrope", "font_manrope", "files/Manrope-ExtraBold.ttf", "files/Manrope-Medium.ttf", 1.14)
_EMOJI_FILE = "assets/fonts/NotoColorEmoji-Regular.ttf"
COLOR_EMOJI = Face("NotoColorEmoji", "dynamic_font", _EMOJI_FILE, _EMOJI_FILE, 1.24, scale=0.9, color=True)
OUTLINE_EMOJI = _noto("NotoEmoji", 1.24, scale=0.88)
# The package with the coloured ones has no wheel for some machines: there emoji are drawn in outline, never as boxes.
EMOJI = COLOR_EMOJI if COLOR_EMOJI.is_installed else OUTLINE_EMOJI

# Scripts with fewer readers, in the one weight that there is, from the package that has the coloured emoji. Where that
# has no wheel, their letters are left out, and the run says so.
_RARE_SCRIPTS = (
    "Adlam", "Avestan", "Bamum", "Batak", "Brahmi", "Buginese", "Buhid", "CanadianAboriginal", "Carian",
    "Chakma", "Cham", "Cherokee", "Coptic", "Cypriot", "Deseret", "Glagolitic", "Gothic", "Hanunoo",
    "ImperialAramaic", "InscriptionalPahlavi", "InscriptionalParthian", "KayahLi", "Kharoshthi", "Limbu",
    "LinearB", "Lisu", "Lycian", "Lydian", "Mandaic", "MeeteiMayek", "Mongolian", "NKo", "NewTaiLue", "Ogham",
    "OlChiki", "OldItalic", "OldPersian", "OldSouthArabian", "OldTurkic", "Osage", "Osmanya", "PhagsPa",
    "Phoenician", "Rejang", "Runic", "Samaritan", "Saurashtra", "Shavian", "Sundanese", "SylotiNagri",
    "SyriacEastern", "Tagalog", "Tagbanwa", "TaiLe", "TaiViet", "Tifinagh", "Ugaritic", "Vai", "Yi",
)  # fmt: skip
RARE: tuple[Face, ...] = (
    *(_rare(script) for script in _RARE_SCRIPTS),
    *(_rare(script, 1.6) for script in ("EgyptianHieroglyphs", "Javanese", "Kaithi", "Lepcha", "TaiTham", "Thaana")),
    *(_rare(script, 1.9) for script in ("Balinese", "Cuneiform", "Tibetan")),
)

# In order of preference. A script's own font stands before NotoSans, which has some scripts too but is
# led for Latin; symbols and emoji come last, since they also hold letters and digits.
STACK: tuple[Face, ...] = (
    MANROPE,
    _noto("NotoSansArabic", 1.42, scale=1.1),
    _noto("NotoSansHebrew", 1.25),
    _noto("NotoSansDevanagari", 1.4),
    _noto("NotoSansThai", 1.45),
    _noto("NotoSans", 1.18),
    *(_noto(f"NotoSans{script}", 1.25) for script in ("Armenian", "Georgian", "Ethiopic")),
    *(_noto(f"NotoSans{script}", 1.4) for script in ("Bengali", "Gujarati", "Gurmukhi", "Oriya", "Tamil")),
    *(_noto(f"NotoSans{script}", 1.45) for script in ("Kannada", "Malayalam", "Telugu", "Sinhala", "Lao")),
    *(_noto(f"NotoSans{script}", 1.6) for script in ("Khmer", "Myanmar")),
    # Bold is the one weight there is in a wheel: Japanese, Chinese and Korean excerpts are bold too.
    Face("NotoSansCJK", "noto_cjk_sans_jp_bold", _CJK, _CJK, 1.3),
    _noto("NotoSansSymbols", 1.2),
    EMOJI,
    *(RARE if COLOR_EMOJI.is_installed else ()),
)


@lru_cache(maxsize=256)
def load(face: Face, weight: int, size: int) -> ImageFont.FreeTypeFont:
    """The face at a weight (100..900, the nearest it has) and a size in pixels."""
    font = ImageFont.truetype(path(face, weight), round(size * face.scale), layout_engine=ImageFont.Layout.RAQM)
    if face.variable:
        axis = font.get_variation_axes()[0]
        font.set_variation_by_axes([min(max(weight, axis["minimum"] or 0), axis["maximum"] or weight)])
    return font


@lru_cache
def covered(face: Face) -> frozenset[int]:
    """The code points the face has a glyph for, from its cmap."""
    with TTFont(path(face, TITLE_WEIGHT), lazy=True) as font:
        return frozenset(font.getBestCmap())


def path(face: Face, weight: int = TITLE_WEIGHT) -> str:
    """The face's file. The package is not imported: one of them brings a compiled library we have no use for.

    Raises ImportError when it is not installed.
    """
    spec = find_spec(face.package)
    if spec is None or spec.origin is None:
        raise ImportError(f"the package {face.package} is not installed")
    return str(Path(spec.origin).parent / (face.bold if weight > 600 else face.regular))
