"""The painter's styles, a file each.

A style rolls two kinds of dice, once for the whole frame, and returns what paints any rows of it: `series` are
those that all pictures of an article share, `rng` are the picture's own.
"""

from collections.abc import Callable

from imaging.palette import Draw, Frame, Rng
from imaging.styles.dunes import dunes
from imaging.styles.orbits import orbits
from imaging.styles.pills import pills
from imaging.styles.scales import scales
from imaging.styles.silk import silk
from imaging.styles.strata import strata
from imaging.styles.tiles import tiles

STYLES: tuple[Callable[[Rng, Rng, Frame], Draw], ...] = (dunes, silk, orbits, strata, tiles, scales, pills)
