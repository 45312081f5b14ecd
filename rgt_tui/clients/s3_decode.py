"""Answers of the S3 interface: from XML and headers to domain values."""

import xml.etree.ElementTree as ET
from email.utils import parsedate_to_datetime

from rgt_tui.domain.errors import Unreadable
from rgt_tui.domain.objects import StoredObject
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.text import clean, decode
from rgt_tui.domain.units import unix_time


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; `token` asks for the next, None at the end."""

    objects: tuple[StoredObject, ...]
    folders: tuple[str, ...]
    token: str | None


def page(body: bytes, doing: str) -> Page:
    """One page of a list.

    Raises:
        Unreadable: the body is none.
    """
    root = _xml(body)
    if root is None or _local(root) != "ListBucketResult":
        raise Unreadable(f"could not {doing}: the answer is no list")
    objects = tuple(_object(node) for node in root if _local(node) == "Contents")
    prefixes = (_text(node, "Prefix") for node in root if _local(node) == "CommonPrefixes")
    is_cut = (_text(root, "IsTruncated") or "").lower() == "true"
    return Page(
        tuple(found for found in objects if found.key),
        tuple(prefix for prefix in prefixes if prefix),
        _text(root, "NextContinuationToken") if is_cut else None,
    )


def _object(node: ET.Element) -> StoredObject:
    size = _text(node, "Size") or ""
    return StoredObject(
        key=_text(node, "Key") or "",
        size=int(size) if size.isascii() and size.isdigit() and len(size) < 18 else None,
        etag=etag(_text(node, "ETag")),
        modified=unix_time(_text(node, "LastModified") or ""),
    )


def error_code(body: bytes) -> str:
    """The service's word for an error, cleaned; empty when it has none."""
    root = _xml(body)
    return "" if root is None else clean(_text(root, "Code") or "", 60)


def _xml(body: bytes) -> ET.Element | None:
    """The root of a document without entities of its own: they are what XML attacks are made of."""
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        return None
    try:
        return ET.fromstring(decode(body))  # noqa: S314  # no document type gets this far
    except ET.ParseError:
        return None


def _local(node: ET.Element) -> str:
    return node.tag.rpartition("}")[2]


def _text(node: ET.Element, name: str) -> str | None:
    return next((child.text or "" for child in node if _local(child) == name), None)


def etag(value: str | None) -> str | None:
    """An ETag without its quotes."""
    return clean(value.strip().strip('"'), 80) if value else None


def http_date(value: str | None) -> float | None:
    """The Unix time of an HTTP date; None when it is none."""
    try:
        return parsedate_to_datetime(value).timestamp() if value else None
    except (ValueError, OverflowError):
        return None
