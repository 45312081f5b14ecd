"""The configuration: a TOML file that is checked word by word and never changed by the program.

A setting is one `Setting` in `SETTINGS`; file, template, `config print` and errors follow from it.
What cannot be followed is refused with file, line, what was expected and what was found: a
mistyped key that is ignored would leave a person with a setting that does nothing.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Final, Literal, NoReturn

from rgt_tui import config_values as values
from rgt_tui import places
from rgt_tui.config_values import BASE_URL
from rgt_tui.domain.errors import BadConfig
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.text import clean
from rgt_tui.toml_lines import line_of

BASE_URL_VARIABLE: Final = "RUNPOD_API_BASE_URL"
LARGEST_FILE: Final = 64 * 1024
"""Bytes; a page of settings has about one thousand."""
SHOWN: Final = 60
"""Characters of a wrong value that an error repeats."""
_AT_LINE: Final = re.compile(r" \(at line (\d+), column \d+\)$")
_NEVER_SHOWN: Final = re.compile(r"key|token|secret|password", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The settings in force.

    Attributes:
        read_only: whether no write can be sent.
        base_url: origin of REST v2 and GraphQL, without path.
        identity_files: private keys for SSH, beside the agent's.
        connect_timeout_s: seconds an SSH connection may take to come about.
        jump_host: `[USER@]HOST[:PORT]` on the way to every Pod, several parted by commas; empty for
            none but those of `~/.ssh/config`.
        wire: `diff` sends the terminal only what changed, `stock` leaves it to Textual.
        runpod_profile: section of `~/.runpod/config.toml` whose key is used; None is any.
        high_performance: USD per GB and month of that tier of network volumes; None is unknown.
        auto_pay: USD that one automatic payment brings; None is unknown.
        checkpoints: names or paths with `*` that count as checkpoints on Pods, beside the known ones.
        cadence: patterns of Pod names, and hours in which their runs are to write a checkpoint.
        waivable: lines of the terminate checklist that a person may waive; None is the default.
        alert_exec: program and arguments that `watch` gives its alerts to; empty for none.
        alert_webhook_file: file that holds the URL to which they are posted; None for none.
        alert_on: least severity of an alert: `info`, `warning` or `critical`.
        file: where the settings came from; None when there was no file.
        notes: sentences on what is worth a look, such as a file mode.
    """

    read_only: bool = False
    base_url: str = BASE_URL
    identity_files: tuple[Path, ...] = ()
    connect_timeout_s: float = 10.0
    jump_host: str = ""
    wire: Literal["diff", "stock"] = "diff"
    runpod_profile: str | None = None
    high_performance: Decimal | None = None
    auto_pay: Decimal | None = None
    checkpoints: tuple[str, ...] = ()
    cadence: tuple[tuple[str, float], ...] = ()
    waivable: tuple[str, ...] | None = None
    alert_exec: tuple[str, ...] = ()
    alert_webhook_file: Path | None = None
    alert_on: str = "warning"
    file: Path | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting.

    Attributes:
        section: the TOML table; empty for the top of the file.
        key: its name there.
        field: its name in `Config`.
        read: from the TOML value to the field's. Raises `config_values.Unfit`.
        example: a value as TOML, for the template.
        help: one sentence.
    """

    section: str
    key: str
    field: str
    read: Callable[[object], object]
    example: str
    help: str


SETTINGS: Final = (
    Setting(
        section="",
        key="read_only",
        field="read_only",
        read=values.flag,
        example="true",
        help="Make it impossible to send a write.",
    ),
    Setting(
        section="api",
        key="base_url",
        field="base_url",
        read=values.origin,
        example=f'"{BASE_URL}"',
        help=f"Origin of REST v2 and GraphQL; ${BASE_URL_VARIABLE} wins over it.",
    ),
    Setting(
        section="credentials",
        key="runpod_profile",
        field="runpod_profile",
        read=values.profile,
        example='"default"',
        help="Section of ~/.runpod/config.toml whose key is used when no other source has one.",
    ),
    Setting(
        section="ssh",
        key="identity_files",
        field="identity_files",
        read=values.files,
        example='["~/.ssh/id_ed25519"]',
        help="Private keys to try on Pods, beside those of the SSH agent.",
    ),
    Setting(
        section="ssh",
        key="connect_timeout_s",
        field="connect_timeout_s",
        read=values.timeout,
        example="10",
        help="Seconds an SSH connection may take to come about.",
    ),
    Setting(
        section="ssh",
        key="jump_host",
        field="jump_host",
        read=values.jump_host,
        example='"me@bastion.example.com"',
        help="Host on the way to every Pod; it wins over a ProxyJump in ~/.ssh/config.",
    ),
    Setting(
        section="checkpoints",
        key="globs",
        field="checkpoints",
        read=values.globs,
        example='["*.mymodel", "/workspace/runs/*/state.dat"]',
        help="Files that count as checkpoints on Pods beside the known formats; * is anything.",
    ),
    Setting(
        section="checkpoints",
        key="cadence",
        field="cadence",
        read=values.cadence,
        example='[["train-*", 1], ["*", 6]]',
        help="Hours from checkpoint to checkpoint by Pod name; older ones are overdue (RP51).",
    ),
    Setting(
        section="guard",
        key="waivable",
        field="waivable",
        read=values.waivable,
        example='["blast radius", "durable", "loads", "quiet"]',
        help="Lines of the terminate checklist that may be waived; [] lets none. Others never can.",
    ),
    Setting(
        section="money",
        key="high_performance_price",
        field="high_performance",
        read=values.usd,
        example="0.14",
        help="USD per GB and month of HIGH_PERFORMANCE network volumes, as your console shows it.",
    ),
    Setting(
        section="money",
        key="auto_pay",
        field="auto_pay",
        read=values.usd,
        example="25.0",
        help="USD that one automatic payment brings: RunPod makes one an hour at most.",
    ),
    Setting(
        section="alerts",
        key="exec",
        field="alert_exec",
        read=values.program,
        example='["/usr/local/bin/page-me", "--from", "rgt-tui"]',
        help="Program that `rgt-tui watch` starts for alerts: JSON on its stdin, no shell.",
    ),
    Setting(
        section="alerts",
        key="webhook_file",
        field="alert_webhook_file",
        read=values.file,
        example='"~/.config/rgt-tui/webhook"',
        help="File with the URL to which `watch` posts alerts as JSON; only you may read it.",
    ),
    Setting(
        section="alerts",
        key="on",
        field="alert_on",
        read=values.severity,
        example='"warning"',
        help='Least severity of an alert: "info", "warning" or "critical".',
    ),
    Setting(
        section="ui",
        key="wire",
        field="wire",
        read=values.wire,
        example='"diff"',
        help='"diff" sends the terminal only what changed, "stock" leaves it to Textual.',
    ),
)


def load(path: Path | None = None) -> Config:
    """The settings in force: those of the file, defaults for the rest, the environment on top.

    Args:
        path: the file; None is the default one, which need not exist.

    Raises:
        BadConfig: the file is not there although it was named, or cannot be followed.
    """
    file = path if path is not None else places.config_file()
    found: dict[str, object] = {}
    try:
        content, status = places.read_regular(file, LARGEST_FILE)
    except (FileNotFoundError, NotADirectoryError) as error:
        if path is not None:
            raise BadConfig(f"{file}: there is no such configuration file") from error
    except OSError as error:
        hint = f"Run: chmod go-w {file}" if isinstance(error, places.NotPrivate) else ""
        raise BadConfig(
            f"{file}: the configuration cannot be read: {places.why(error)}", hint=hint
        ) from error
    else:
        found = {"file": file, "notes": _mode_notes(file, status.st_mode), **_read(file, content)}
    base_url = os.environ.get(BASE_URL_VARIABLE, "").strip()
    if base_url:
        found["base_url"] = _from_environment(base_url)
    return Config(**found)  # type: ignore[arg-type]  # each value was made for its field


def as_sections(config: Config) -> dict[str, dict[str, object]]:
    """The settings by section and key, as JSON and TOML know values; those unset are None."""
    sections: dict[str, dict[str, object]] = {}
    for setting in SETTINGS:
        value = getattr(config, setting.field)
        shown = [str(member) for member in value] if isinstance(value, tuple) else value
        shown = float(shown) if isinstance(shown, Decimal) else shown
        shown = str(shown) if isinstance(shown, Path) else shown
        sections.setdefault(setting.section, {})[setting.key] = shown
    return sections


def template() -> str:
    """A configuration in which every setting is explained and none is set."""
    lines = ["# Configuration of rgt-tui. Every line is optional; these are the defaults.", ""]
    section = ""
    for setting in SETTINGS:
        if setting.section != section:
            section = setting.section
            lines += [f"[{section}]"]
        lines += [f"# {setting.help}", f"# {setting.key} = {setting.example}", ""]
    return "\n".join(lines)


def _read(file: Path, content: bytes) -> dict[str, object]:
    text = _decoded(file, content)
    try:
        tables = tomllib.loads(text)
    except RecursionError:
        raise BadConfig(f"{file}: brackets are nested too deeply for a configuration") from None
    except ValueError as error:  # TOMLDecodeError, and int() of a number too long for it
        raise _syntax(file, text, error) from None
    return dict(_values(file, text, tables))


def _decoded(file: Path, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadConfig(f"{file}, line {line}: expected UTF-8 text, found other bytes") from None


def _syntax(file: Path, text: str, error: ValueError) -> BadConfig:
    said = str(error)
    place = _AT_LINE.search(said)
    line = int(place.group(1)) if place else text.count("\n") + 1
    reason = said[: place.start()] if place else said.removesuffix(" (at end of document)")
    return BadConfig(
        f"{file}, line {line}: expected TOML such as `key = value` or `[section]`, "
        f"found something else: {clean(reason, SHOWN)}",
        hint="rgt-tui config init --stdout shows a configuration that works.",
    )


def _values(file: Path, text: str, tables: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """The fields that a parsed file sets.

    Raises:
        BadConfig: an unknown section or key, or a value that is none of its setting's.
    """
    sections = {setting.section for setting in SETTINGS} - {""}
    for name, value in tables.items():
        if name not in sections:
            yield _value(file, text, ("", name), value)
        elif isinstance(value, dict):
            for key, member in value.items():
                yield _value(file, text, (name, key), member)
        else:
            line = line_of(text, "", name)
            raise BadConfig(f"{file}, line {line}: expected a section [{name}], found a value")


def _value(file: Path, text: str, at: tuple[str, str], value: object) -> tuple[str, object]:
    setting = next((s for s in SETTINGS if (s.section, s.key) == at), None)
    where = f"{file}, line {line_of(text, *at)}"
    if setting is None:
        _refuse_unknown(where, *at, is_section=isinstance(value, dict))
    try:
        return setting.field, setting.read(value)
    except values.Unfit as error:
        raise BadConfig(f"{where}: {_full(*at)}: expected {error}, found {_shown(value)}") from None


def _refuse_unknown(where: str, section: str, key: str, *, is_section: bool) -> NoReturn:
    if is_section:
        known = sorted({s.section for s in SETTINGS} - {""})
        what = f"an unknown section [{clean(key, SHOWN)}]"
    else:
        known = [s.key for s in SETTINGS if s.section == section]
        what = f"an unknown key {clean(_full(section, key), SHOWN)}"
    near = difflib.get_close_matches(key, known, 1, cutoff=0.5)
    elsewhere = [_full(s.section, s.key) for s in SETTINGS if s.key == key]
    if _NEVER_SHOWN.search(key):
        hint = "API keys do not belong into this file: rgt-tui login stores one."
    elif elsewhere:
        hint = f"{key} belongs into another section: {elsewhere[0]}."
    else:
        hint = f"Did you mean {near[0]!r}?" if near else f"Known there: {', '.join(known)}."
    expected = f"expected {near[0]}" if near else f"expected one of {', '.join(known)}"
    raise BadConfig(f"{where}: {expected}, found {what}", hint=hint)


def _full(section: str, key: str) -> str:
    return f"{section}.{key}" if section else key


def _shown(value: object) -> str:
    """A wrong value, but none that may hold a password."""
    text = repr(value)
    return "one with a user or password" if "@" in text else clean(text, SHOWN)


def _mode_notes(file: Path, mode: int) -> tuple[str, ...]:
    if mode & 0o020:
        return (f"{file} can be changed by its group; run: chmod g-w {file}",)
    return ()


def _from_environment(value: str) -> str:
    try:
        return values.origin(value)
    except values.Unfit as error:
        raise BadConfig(f"{BASE_URL_VARIABLE}: expected {error}, found {_shown(value)}") from None
