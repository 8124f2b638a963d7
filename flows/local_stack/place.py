"""The place of a stack: its addresses, folders, mark, and the environment of its processes."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values

from blocks.configuration.data_dir import DataDir
from blocks.network.proxies import bypassing_variables
from blocks.storage.private_files import make_private_folder
from flows.local_stack.leftovers import VARIABLE
from imaging.errors import ConfigurationError

ROOT = Path(__file__).resolve().parent.parent.parent
"""The folder of prefect.yaml, to which its entrypoints are relative."""


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a stack. `home`: PREFECT_HOME, with the database. `mark`: carried by all processes of this stack."""

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
        """The folder of the logs. Raises ConfigurationError if it cannot be created."""
        folder = DataDir(self.data_dir).logs
        try:
            make_private_folder(folder)
        except OSError as error:
            raise ConfigurationError(f"IMAGES_DATA_DIR: {folder} cannot be written: {error.strerror}") from None
        return folder

    def environment(self, role: str = "") -> dict[str, str]:
        """Return the environment of a child process; `role` is appended to its mark.

        It includes the variables of `.env`, since the processes run in other folders, which may have another `.env`.
        """
        return _with_dotenv(os.environ) | {
            **bypassing_variables(os.environ),
            VARIABLE: self.mark + role,
            "IMAGES_DATA_DIR": str(self.data_dir),
            "PREFECT_API_URL": self.api,
            "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "INFO",  # into the log file
            "PYTHONUNBUFFERED": "1",
        }


def _with_dotenv(environment: Mapping[str, str]) -> dict[str, str]:
    """Add the variables of `.env`; as for our own settings, the environment wins unless it is empty."""
    from_file = {name: value for name, value in dotenv_values(".env").items() if value}
    return from_file | {name: value for name, value in environment.items() if value or name not in from_file}
