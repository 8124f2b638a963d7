"""All rows of the fault table."""

from tests.reliability.rows.chutes import CHUTES
from tests.reliability.rows.configuration import CONFIGURATION
from tests.reliability.rows.fal import FAL
from tests.reliability.rows.replicate import REPLICATE
from tests.reliability.rows.rest import REST
from tests.reliability.rows.storage import STORAGE
from tests.reliability.rows.tenants import TENANTS

# Those that wait longest first: they would else run alone at the end.
ROWS = [*REST, *STORAGE, *REPLICATE, *CHUTES, *FAL, *CONFIGURATION, *TENANTS]
