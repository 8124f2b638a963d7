"""The doctor's checks: functions from an installation to findings. They spend nothing and leave nothing behind."""
