"""Where a stack lives: its address, its folders, its mark, and the variables that its processes get."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values

from blocks.network.proxies import bypassing_variables
from blocks.storage.private_files import make_private_folder
from flows.local_stack.leftovers import VARIABLE
from imaging.errors import ConfigurationError

ROOT = Path(__file__).resolve().parent.parent.parent
"""The folder of prefect.yaml, which its entrypoints are relative to."""


@dataclass(frozen=True, slots=True)
class Place:
    """`home`: Prefect's, with the database. `mark`: carried by all processes of this stack."""

    port: int
    home: Path
    data_dir: Path
    mark: str

    @property
    def ui(self) -> str:
        """The address of the Prefect UI."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def api(self) -> str:
        """The address of the Prefect API."""
        return f"{self.ui}/api"

    def log(self, name: str) -> Path:
        """Return the path of a part's log."""
        return self.logs / f"{name}.log"

    @property
    def logs(self) -> Path:
        """The folder of the logs. Raises ConfigurationError where it cannot be made."""
        folder = self.data_dir / "logs"
        try:
            make_private_folder(folder)
        except OSError as error:
            raise ConfigurationError(f"IMAGES_DATA_DIR: {folder} cannot be written: {error.strerror}") from None
        return folder

    def environment(self, role: str = "") -> dict[str, str]:
        """Return the variables of a child process; `role` is added to its mark.

        They hold what `.env` says here, since the processes work in other folders, where another `.env` may lie.
        """
        return _with_dotenv(os.environ) | {
            **bypassing_variables(os.environ),
            VARIABLE: self.mark + role,
            "IMAGES_DATA_DIR": str(self.data_dir),
            "PREFECT_API_URL": self.api,
            "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "INFO",  # into the log; our own terminal shows none of it
            "PYTHONUNBUFFERED": "1",
        }


def _with_dotenv(environment: Mapping[str, str]) -> dict[str, str]:
    """Add what `.env` says; as for our own settings, the environment wins unless it is empty."""
    from_file = {name: value for name, value in dotenv_values(".env").items() if value}
    return from_file | {name: value for name, value in environment.items() if value or name not in from_file}
