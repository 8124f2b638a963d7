"""The painter's styles, one per file.

A style draws its random parameters once for the whole frame, and returns a function that paints any strip of it.
`series` is the generator that all pictures of an article share, `rng` the picture's own.
"""

from collections.abc import Callable

from imaging.painting.palette import Draw, Frame, Rng
from imaging.painting.styles.dunes import dunes
from imaging.painting.styles.orbits import orbits
from imaging.painting.styles.pills import pills
from imaging.painting.styles.scales import scales
from imaging.painting.styles.silk import silk
from imaging.painting.styles.strata import strata
from imaging.painting.styles.tiles import tiles

STYLES: tuple[Callable[[Rng, Rng, Frame], Draw], ...] = (dunes, silk, orbits, strata, tiles, scales, pills)
