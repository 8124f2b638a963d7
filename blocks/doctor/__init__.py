"""The doctor's checks: one small function each, from a scene to findings. They spend nothing and leave nothing."""
