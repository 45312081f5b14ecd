"""Folders as groups see them: names, small texts, files; never through a link."""

from __future__ import annotations

import json
import os
import stat
from typing import Any, Iterator, List

from rgt_tui.verifiers import Broken, Unsure
from rgt_tui.verifiers._content import File

NAMES_MAX = 100_000
TEXT_MAX = 64 << 20


class Folder:
    """One folder: its regular files, its folders, and what is neither."""

    def __init__(self, path: str) -> None:
        """Lists it.

        Raises:
            Unsure: it cannot be listed, or has too many names.
        """
        self.path = path
        self.name = os.path.basename(path.rstrip("/"))
        self.files: List[str] = []
        self.folders: List[str] = []
        self.others: List[str] = []
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    self._take(entry)
        except OSError as error:
            raise Unsure(f"the folder cannot be listed ({error.strerror})") from error
        for names in (self.files, self.folders, self.others):
            names.sort()

    def _take(self, entry: os.DirEntry[str]) -> None:
        if len(self.files) + len(self.folders) > NAMES_MAX:
            raise Unsure(f"the folder holds more than {NAMES_MAX} names")
        if entry.is_symlink():
            self.others.append(entry.name)
        elif entry.is_dir(follow_symlinks=False):
            self.folders.append(entry.name)
        elif entry.is_file(follow_symlinks=False):
            self.files.append(entry.name)
        else:
            self.others.append(entry.name)

    def within(self, name: str) -> str:
        """The path of a name in it; refuses names that lead out of it.

        Raises:
            Broken: the name is a path to somewhere else.
        """
        if not name or name.startswith("/") or ".." in name.split("/") or "\0" in name:
            raise Broken(f"it names {name!r}, outside its folder")
        return os.path.join(self.path, name)

    def size(self, name: str) -> int:
        """Bytes of a regular file that must be there.

        Raises:
            Broken: it is missing.
        """
        try:
            found = os.stat(self.within(name), follow_symlinks=False)
        except OSError as error:
            raise Broken(f"{name} is missing") from error
        if not stat.S_ISREG(found.st_mode):
            raise Unsure(f"{name} is not a regular file")
        return found.st_size

    def open(self, name: str) -> File:
        """A regular file that must be there; close it.

        Raises:
            Broken: it is missing.
        """
        self.size(name)
        return File(self.within(name))

    def text(self, name: str) -> str:
        """The text of a small file that must be there.

        Raises:
            Broken: it is missing or no text.
        """
        if self.size(name) > TEXT_MAX:
            raise Unsure(f"{name} is larger than is read")
        file = self.open(name)
        try:
            return file.read(0, file.size).decode("utf-8")
        except UnicodeDecodeError as error:
            raise Broken(f"{name} is no text") from error
        finally:
            file.close()

    def json(self, name: str) -> Any:
        """What a JSON file that must be there holds.

        Raises:
            Broken: it is missing or no JSON.
        """
        try:
            return json.loads(self.text(name))
        except (ValueError, RecursionError) as error:
            raise Broken(f"{name} is no JSON") from error

    def parent(self) -> Folder:
        """The folder above."""
        return Folder(os.path.dirname(self.path.rstrip("/")) or "/")

    def matching(self, *suffixes: str) -> Iterator[str]:
        """Its files with one of these endings."""
        return (name for name in self.files if name.endswith(suffixes))
