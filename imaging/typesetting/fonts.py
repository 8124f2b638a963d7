"""The fonts of cards, all from Python packages, so that a card looks the same on every machine."""

from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # fonttools has no types
from PIL import ImageFont

TITLE_WEIGHT, EXCERPT_WEIGHT = 800, 500
_WEIGHT_AXIS = {b"Weight", "Weight"}


@dataclass(frozen=True, slots=True)
class Face:
    """One typeface: its files in a package, its line height (ems), and a size factor so that it looks as large as
    the other typefaces. `data`: the font itself, of a tenant's own face, in place of the files.
    """

    name: str
    package: str
    bold: str
    regular: str
    leading: float = 1.2
    scale: float = 1.0
    variable: bool = False
    color: bool = False  # a COLRv1 font, drawn by the module `emoji`
    data: bytes = field(default=b"", repr=False)

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
# The package with colour emoji has no wheel for some platforms; there emoji are drawn in outline.
EMOJI = COLOR_EMOJI if COLOR_EMOJI.is_installed else OUTLINE_EMOJI

# Rare scripts, in the only weight that exists, from the package with the colour emoji. On platforms without its wheel
# these letters are left out, and the run logs it.
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

# In order of preference. A script's own font comes before NotoSans, which covers some scripts too but has Latin line
# spacing; symbols and emoji come last, since they also contain letters and digits.
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
    # Only the bold weight exists as a package: Japanese, Chinese and Korean excerpts are bold too.
    Face("NotoSansCJK", "noto_cjk_sans_jp_bold", _CJK, _CJK, 1.3),
    _noto("NotoSansSymbols", 1.2),
    EMOJI,
    *(RARE if COLOR_EMOJI.is_installed else ()),
)


@lru_cache(maxsize=256)
def load(face: Face, weight: int, size: int) -> ImageFont.FreeTypeFont:
    """Return the face at a weight (100..900, or the nearest it has) and a size in pixels."""
    file = BytesIO(face.data) if face.data else path(face, weight)
    font = ImageFont.truetype(file, round(size * face.scale), layout_engine=ImageFont.Layout.RAQM)
    if face.variable:
        _set_weight(font, weight)
    return font


def _set_weight(font: ImageFont.FreeTypeFont, weight: int) -> None:
    """Set the axis for the weight, by its name or as the first; other axes keep their defaults."""
    axes = font.get_variation_axes()
    chosen = next((axis for axis in axes if axis["name"] in _WEIGHT_AXIS), axes[0] if len(axes) == 1 else None)
    font.set_variation_by_axes(
        [
            min(max(weight, axis["minimum"] or 0), axis["maximum"] or weight)
            if axis is chosen
            else axis["default"] or 0
            for axis in axes
        ]
    )


@lru_cache
def covered(face: Face) -> frozenset[int]:
    """Return the code points that the face has glyphs for, from its cmap."""
    with TTFont(BytesIO(face.data) if face.data else path(face, TITLE_WEIGHT), lazy=True) as font:
        return frozenset(font.getBestCmap())


def path(face: Face, weight: int = TITLE_WEIGHT) -> str:
    """Return the face's file, without importing its package: one of them would load a compiled library.

    Raises ImportError if the package is not installed.
    """
    spec = find_spec(face.package)
    if spec is None or spec.origin is None:
        raise ImportError(f"the package {face.package} is not installed")
    return str(Path(spec.origin).parent / (face.bold if weight > 600 else face.regular))
