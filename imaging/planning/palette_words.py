"""A colour in words that image models understand; coarse, so that a shade more or less does not change a prompt."""

from colorsys import rgb_to_hls

# Hue in degrees up to which a colour has this name.
_HUES = (
    (14, "red"), (40, "orange"), (66, "yellow"), (90, "lime green"), (168, "green"), (195, "turquoise"),
    (255, "blue"), (290, "violet"), (330, "magenta"), (346, "raspberry"), (360, "red"),
)  # fmt: skip
_GREY = 0.12  # saturation up to which a colour has no hue to speak of
_DARK, _LIGHT = 0.30, 0.72  # lightness below and above which it is named too
_BLACK, _WHITE = 0.10, 0.93


def color_words(color: str) -> str:
    """Return the name of a colour '#rrggbb', such as "dark green"."""
    red, green, blue = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    hue, lightness, saturation = rgb_to_hls(red, green, blue)
    if lightness < _BLACK:
        return "black"
    if lightness > _WHITE:
        return "white"
    tone = "dark " if lightness < _DARK else "light " if lightness > _LIGHT else ""
    if saturation < _GREY:
        return f"{tone}grey"
    name = next(name for limit, name in _HUES if hue * 360 <= limit)
    if name == "orange" and lightness < 0.36:
        return "brown"
    return f"{tone}{name}"
