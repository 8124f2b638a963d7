"""All rows of the fault table."""

from .rows_chutes import CHUTES
from .rows_configuration import CONFIGURATION
from .rows_fal import FAL
from .rows_replicate import REPLICATE
from .rows_rest import REST
from .rows_storage import STORAGE

# Those that wait longest first: they would else run alone at the end.
ROWS = [*REST, *STORAGE, *REPLICATE, *CHUTES, *FAL, *CONFIGURATION]
