"""What lies on a network volume, over S3: works with no Pod running."""

import asyncio
import difflib
from typing import Any

import click

from rgt_tui.clients.s3 import S3
from rgt_tui.clients.s3_headers import HEADERS_MAX, headers
from rgt_tui.clients.s3_keys import NO_DEMO, NO_DEMO_HINT
from rgt_tui.clients.s3_open import s3_of
from rgt_tui.commands import _options
from rgt_tui.domain.errors import ApiError, NoCredentials, NotFound, UsageError
from rgt_tui.domain.objects import HeaderCheck, Listing, StoredObject, is_trash
from rgt_tui.domain.text import clean
from rgt_tui.domain.units import rfc3339, show_bytes
from rgt_tui.domain.volume import NetworkVolume
from rgt_tui.invocation import Options, emit, narrate
from rgt_tui.look import Wanted, look


@click.command("browse", help=__doc__)
@click.argument("volume")
@click.argument("path", default="")
@_options.as_json
@click.option("--deep", "levels", flag_value="deep", help="All levels in place of one.")
@click.option("--trash", "levels", flag_value="trash", help="Only what lies in trash folders.")
@click.option("--verify", is_flag=True, help="Read the header of each checkpoint that is listed.")
@click.pass_obj
def run(
    options: Options, volume: str, path: str, as_json: bool, levels: str | None, verify: bool
) -> None:
    """Lists a folder of a network volume, or shows one file."""
    if options.demo:
        raise NoCredentials(NO_DEMO, hint=NO_DEMO_HINT)
    scene = look(options, Wanted(shells=False)).scene
    wanted = _find(scene.account.volumes, volume)
    found, checks = asyncio.run(_browse(wanted, path.lstrip("/"), levels, verify=verify))
    if as_json:
        emit(_answer(wanted, path, found, checks))
    else:
        _print(found, checks)


async def _browse(
    volume: NetworkVolume, path: str, levels: str | None, *, verify: bool
) -> tuple[Listing, dict[str, HeaderCheck]]:
    async with s3_of(volume) as s3:
        found = await _listing(s3, volume.id, path, deep=levels is not None)
        if levels == "trash":
            kept = tuple(stored for stored in found.objects if is_trash(stored.key))
            found = Listing(objects=kept, is_whole=found.is_whole)
        checks = await _verified(s3, volume.id, found) if verify else {}
    return found, checks


async def _listing(s3: S3, bucket: str, path: str, *, deep: bool) -> Listing:
    """A folder; a path that names a file gives that file alone."""
    if path and not path.endswith("/"):
        try:
            return Listing(objects=(await s3.head(bucket, path),))
        except NotFound:
            path = f"{path}/"
    found = await s3.list(bucket, path, deep=deep)
    if path and not (found.objects or found.folders):
        raise UsageError(f"There is nothing at {clean(path, 120)}.")
    return found


async def _verified(s3: S3, bucket: str, found: Listing) -> dict[str, HeaderCheck]:
    checks: dict[str, HeaderCheck] = {}
    async for stored, seen in headers(s3, bucket, found.objects):
        checks[stored.key] = (
            HeaderCheck("unknown", "", seen.message) if isinstance(seen, ApiError) else seen
        )
    if len(found.objects) > HEADERS_MAX:
        narrate(f"headers of the first {HEADERS_MAX} files were read; name a folder for others")
    return checks


def _find(volumes: tuple[NetworkVolume, ...], name: str) -> NetworkVolume:
    """The network volume of that id or name.

    Raises:
        UsageError: there is none, or several.
    """
    found = [volume for volume in volumes if name in (volume.id, volume.name)]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(volume.id for volume in found)
        raise UsageError(f"Several network volumes are called {clean(name, 64)!r}.", hint=ids)
    near = difflib.get_close_matches(name, [w for v in volumes for w in (v.name, v.id)], 1)
    hint = f"Did you mean {near[0]!r}?" if near else "rgt-tui volumes lists them."
    raise UsageError(f"This account has no network volume {clean(name, 64)!r}.", hint=hint)


def _answer(
    volume: NetworkVolume, path: str, found: Listing, checks: dict[str, HeaderCheck]
) -> dict[str, Any]:
    return {
        "volume": volume.id,
        "path": clean(path),
        "folders": [clean(folder) for folder in found.folders],
        "files": [_file(stored, checks.get(stored.key)) for stored in found.objects],
        "bytes": found.bytes_known,
        "whole": found.is_whole,
    }


def _file(stored: StoredObject, check: HeaderCheck | None) -> dict[str, Any]:
    seen = (
        {"verdict": check.verdict, "format": check.format, "reason": check.said} if check else None
    )
    return {
        "path": stored.name,
        "bytes": stored.size,
        "etag": stored.etag,
        "md5": stored.md5,
        "modified": rfc3339(stored.modified),
        "trash": is_trash(stored.key),
        "header": seen,
    }


def _print(found: Listing, checks: dict[str, HeaderCheck]) -> None:
    from rich.text import Text

    from rgt_tui.plain import stdout

    console = stdout()
    for folder in found.folders:
        console.print(Text(f"{'':>6}  {'':20}  {clean(folder)}"))
    for stored in found.objects:
        check = checks.get(stored.key)
        said = f"  {check.verdict}: {check.said}" if check else ""
        when = rfc3339(stored.modified) or ""
        console.print(Text(f"{show_bytes(stored.size):>6}  {when:20}  {stored.name}{said}"))
    whole = "" if found.is_whole else " at least, the list was cut"
    narrate(f"{len(found.objects)} files, {show_bytes(found.bytes_known)}{whole}")


COMMAND = run
