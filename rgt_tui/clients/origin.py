"""The service's address: one origin, and which proxy leads there."""

import contextlib
import urllib.parse
import urllib.request
from ipaddress import ip_address


def origin_of(base_url: str) -> str:
    """`base_url` without a trailing slash or `/v2`, which some configurations carry."""
    return base_url.strip().rstrip("/").removesuffix("/v2").rstrip("/")


def host_of(origin: str) -> str:
    """Host and port of the service, for messages; never a password."""
    with contextlib.suppress(ValueError):
        return urllib.parse.urlsplit(origin).netloc.rpartition("@")[2] or "the service"
    return "the service"


def is_loopback(origin: str) -> bool:
    """Whether the origin is this machine, where no proxy may come between.

    Raises:
        ValueError: the origin is no URL.
    """
    host = urllib.parse.urlsplit(origin).hostname or ""
    with contextlib.suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


def proxy_of(origin: str) -> str | None:
    """The proxy the environment names for `origin`; None for a direct way.

    Raises:
        ValueError: the origin is no URL.
    """
    url = urllib.parse.urlsplit(origin)
    check_port(origin)
    if is_loopback(origin) or urllib.request.proxy_bypass(url.netloc.rpartition("@")[2]):
        return None
    proxies = urllib.request.getproxies()
    found = proxies.get(url.scheme) or proxies.get("all")
    if found is None:
        return None
    proxy = found if "://" in found else f"http://{found}"
    check_port(proxy)
    return proxy


def check_port(url: str) -> None:
    """Returns when the port of `url` can be connected to.

    Raises:
        ValueError: it cannot; connecting would fail with an error of no known kind.
    """
    if urllib.parse.urlsplit(url).port == 0:
        raise ValueError("port 0")


def road_of(origin: str) -> str:
    """Whom the first connection goes to: the service, or the proxy, without its password."""
    with contextlib.suppress(ValueError):
        proxy = proxy_of(origin)
        if proxy:
            return "proxy " + urllib.parse.urlsplit(proxy).netloc.rpartition("@")[2]
    return host_of(origin)
