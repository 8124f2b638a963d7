"""Exit codes of the command line."""

COMPLETE = 0  # every planned picture is stored
OTHER = 1
BAD_INPUT = 2  # or configuration: nothing was spent
DEGRADED = 3  # something is missing; the output says what
