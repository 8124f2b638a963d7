"""Settings, variables, saved blocks and public addresses: what a run is told before it begins."""
