"""Validating picture bytes, and describing them: format, size, previews, placeholder."""

import base64
import hashlib
import io
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

from PIL import Image, UnidentifiedImageError

from imaging.errors import NotWhole, TooManyPixels
from imaging.pictures.anatomy import padding_behind, refuse_polyglot
from imaging.pictures.placeholder import Placeholder, placeholder_of

MAX_BYTES = 64 * 1024 * 1024
MAX_PIXELS = 64_000_000
MOST_PIXELS = 178_956_970  # that Pillow opens at all: twice its Image.MAX_IMAGE_PIXELS
THUMBNAIL_SIZE = (320, 320)  # pixels; thumbnails fit into this box
PREVIEW_SIZE = (640, 640)

# Content type and extension of each stored format. They follow from the bytes, never from a header or a name.
STORED_TYPES = {
    "PNG": ("image/png", ".png"),
    "JPEG": ("image/jpeg", ".jpg"),
    "WEBP": ("image/webp", ".webp"),
    "MPO": ("image/jpeg", ".jpg"),  # Pillow's name for a JPEG followed by a second picture, as phones write them
}
_MIN_SIDE = 32  # pixels; smaller is an icon or a tracking pixel
_SAME = 4  # levels of 255 by which a plain area may vary in lossy formats
_ORIENTATION = 0x0112  # EXIF tag; transposed as by ImageOps.exif_transpose, but without changing the EXIF data
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# Exceptions that escape from Pillow for broken chunks and segments (found by fuzzing, e.g. a missing palette).
_SURPRISES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    TypeError,
    struct.error,
    zlib.error,
)
_quiet = threading.Lock()  # warning filters are global to the process


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture's bytes and properties. Width and height in pixels as displayed, after EXIF rotation.

    `thumbnail` and `preview` are WebPs as `data:` URLs: a few kilobytes for lists, and some 10 to 40 for a page.
    `useless`: the reason if the picture is blank or too small, else None. `note`: the changes made to the bytes, if
    any.
    """

    data: bytes
    content_type: str
    extension: str
    width: int
    height: int
    thumbnail: str
    preview: str
    placeholder: Placeholder
    useless: str | None = None
    note: str | None = None

    @property
    def sha256(self) -> str:
        """Hex SHA-256 of the bytes."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def md5(self) -> str:
        """Hex MD5 of the bytes: the ETag of an S3 object uploaded in one part."""
        return md5(self.data)

    @property
    def data_url(self) -> str:
        """The picture as a `data:` URL."""
        return f"data:{self.content_type};base64,{base64.b64encode(self.data).decode()}"


def inspect(data: bytes, max_pixels: int = MAX_PIXELS) -> Picture:
    """Return the picture in `data`, after decoding all of it.

    Padding after its end is cut off, and noted. Raises NotWhole if it is truncated or not a PNG, JPEG or WebP,
    TooManyPixels if it has more than `max_pixels`, BadPicture if it is a polyglot.
    """
    note = None
    if padding := padding_behind(data):
        data = data[:-padding]
        note = f"cut off: {padding:,} {'byte' if padding == 1 else 'bytes'} of padding after the picture's end"
    refuse_polyglot(data)
    try:
        with _open(data) as image:
            width, height = image.size
            if width * height > max_pixels:
                raise TooManyPixels(f"the picture has {width}x{height} pixels; at most {max_pixels:,} are accepted")
            image.load()
            shown = plain(upright(image))
            width, height = shown.size
            small, placeholder = _fitted(shown, PREVIEW_SIZE), placeholder_of(shown)
            thumbnail, preview = _data_url(_fitted(small, THUMBNAIL_SIZE)), _data_url(small)
            content_type, extension = STORED_TYPES[image.format or ""]
            animated = image.format != "MPO" and getattr(image, "is_animated", False)  # later frames may differ
            useless = None if animated else _useless(shown, small)
    except UnidentifiedImageError:
        raise NotWhole(f"not a PNG, JPEG or WebP picture: it begins with {data[:16]!r}") from None
    except Image.DecompressionBombError:
        said = f"the picture has more than {MOST_PIXELS:,} pixels; at most {max_pixels:,} are accepted"
        raise TooManyPixels(said) from None
    except (OSError, ValueError, SyntaxError) as error:
        raise NotWhole(f"the picture cannot be decoded: {error}") from None
    except _SURPRISES as error:
        raise NotWhole(f"the picture cannot be decoded: {type(error).__name__}") from None
    return Picture(data, content_type, extension, width, height, thumbnail, preview, placeholder, useless, note)


def _useless(shown: Image.Image, small: Image.Image) -> str | None:
    """Return the reason if the picture is tiny, transparent or of one colour; None if it is usable.

    A vendor's safety filter may return a black picture, a broken model a black or a transparent one. `small` is the
    picture reduced: where that varies twice as much (resampling overshoots by less), all the pixels need no look.
    """
    if min(shown.size) < _MIN_SIDE:
        return f"{shown.width}x{shown.height} pixels are too few for any use"
    if _plainness(small, 2 * _SAME) is None:
        return None
    if (plainness := _plainness(shown, _SAME)) != "one colour":
        return plainness
    color = placeholder_of(shown).color
    return f"it is {'black' if color == '#000000' else f'one colour, {color}'}, from edge to edge"


def _plainness(image: Image.Image, same: int) -> str | None:
    """Return how an image shows nothing, if no band varies by more than `same` levels."""
    ranges = [cast(tuple[float, float], band.getextrema()) for band in image.split()]
    if "A" in image.getbands() and ranges[image.getbands().index("A")][1] <= same:
        return "it is fully transparent"
    return "one colour" if all(high - low <= same for low, high in ranges) else None


def md5(data: bytes) -> str:
    """Return the hex MD5 of `data`."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def encode(image: Image.Image, image_format: str) -> bytes:
    """Return `image` as PNG ("png") or high-quality JPEG ("jpg") bytes."""
    out = io.BytesIO()
    if image_format == "jpg":
        image.convert("RGB").save(out, "JPEG", quality=92, subsampling=0, optimize=True)
    else:
        image.save(out, "PNG", compress_level=4)  # half the time of level 6 for 10 % more bytes
    return out.getvalue()


def upright(image: Image.Image) -> Image.Image:
    """Return the picture rotated by its EXIF orientation."""
    with quietly():
        turn = _UPRIGHT.get(image.getexif().get(_ORIENTATION, 1))
    return image if turn is None else image.transpose(turn)


def plain(image: Image.Image) -> Image.Image:
    """Return the picture with 8 bits per channel and without a palette, so that pixels can be averaged."""
    if image.mode == "I;16":
        return image.point(lambda level: level / 256).convert("L")  # Pillow's conversion clips instead of scaling
    if image.mode in {"1", "P"}:
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    return image


def _fitted(image: Image.Image, box: tuple[int, int]) -> Image.Image:
    """Return the picture within the box. Whole-number steps are averages, and the rest takes half of Lanczos' time."""
    small = image.copy()
    small.thumbnail(box, Image.Resampling.HAMMING, reducing_gap=1.0)
    return small


def _data_url(small: Image.Image) -> str:
    out = io.BytesIO()
    # Method 2 takes half the time of 4 for a few percent more bytes. With 1, a millisecond less, blocks can be seen.
    small.convert("RGBA" if small.has_transparency_data else "RGB").save(out, "WEBP", quality=72, method=2)
    return f"data:image/webp;base64,{base64.b64encode(out.getvalue()).decode()}"


@contextmanager
def quietly() -> Iterator[None]:
    """Suppress Pillow's warnings: of large pictures (MAX_PIXELS is checked before decoding) and of odd metadata."""
    with _quiet, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def opened(data: bytes) -> Image.Image:
    """Open a picture in any stored format, web formats included, without decoding it. Raises OSError."""
    with quietly():
        return Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP", "AVIF"))


def _open(data: bytes) -> Image.Image:
    with quietly():
        return Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP"))
