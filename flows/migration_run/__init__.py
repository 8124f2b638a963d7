"""The passes over a source of old addresses: survey, moving, output."""
