"""The set-up that the doctor looks at."""

from tests.blocks.doctor.stage import built, stage, visit

__all__ = ["built", "stage", "visit"]
