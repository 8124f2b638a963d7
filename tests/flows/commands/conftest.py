"""The set-up that the doctor looks at, as in the tests of its checks."""

from tests.blocks.doctor.stage import built, stage

__all__ = ["built", "stage"]
