"""Keyring plug-ins, good and bad. A process takes one by PYTHON_KEYRING_BACKEND."""

import getpass
import os
import time
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError


class Working(KeyringBackend):
    """Keeps secrets below the folder KEYRING_FOLDER, so that they outlive the process."""

    priority: float = 5

    def get_password(self, service: str, username: str) -> str | None:
        path = self._path(service, username)
        return path.read_text() if path.exists() else None

    def set_password(self, service: str, username: str, password: str) -> None:
        self._path(service, username).write_text(password)

    def delete_password(self, service: str, username: str) -> None:
        if not self._path(service, username).exists():
            raise PasswordDeleteError("not there")
        self._path(service, username).unlink()

    def _path(self, service: str, username: str) -> Path:
        return Path(os.environ["KEYRING_FOLDER"]) / f"{service}.{username}"


class Poor(Working):
    """What keyrings.alt calls itself, with its priority."""

    priority = 0.5


class PlaintextKeyring(Working):
    """Says of itself that it is recommended."""

    priority = 9


class Forgetful(Working):
    """Takes everything, keeps nothing."""

    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class Slow(Working):
    """Its service never answers."""

    def get_password(self, service: str, username: str) -> str | None:
        time.sleep(10)
        return None


class Raising(Working):
    """Puts the secret into its error."""

    def set_password(self, service: str, username: str, password: str) -> None:
        raise RuntimeError(f"could not store {password}")


class Asking(Working):
    """Asks for a master password on the terminal."""

    def get_password(self, service: str, username: str) -> str | None:
        return getpass.getpass("master password: ")


class Reading(Working):
    """Asks on standard input."""

    def get_password(self, service: str, username: str) -> str | None:
        return input("master password: ")


class Clinging(Working):
    """Says it has removed a secret."""

    def delete_password(self, service: str, username: str) -> None:
        pass
