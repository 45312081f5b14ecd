"""The registry logins of the account: a Pod that names another one could not pull its image."""

from collections.abc import Mapping
from typing import Final

from rgt_tui.clients.rest import Rest
from rgt_tui.domain.text import clean

SHOWN: Final = 5


async def why_no_login(rest: Rest, changes: Mapping[str, object]) -> str | None:
    """Why changes may not be sent that name a registry login; None where they name none or a known one.

    Raises:
        ApiError: the list of logins could not be read; then nobody knows whether it is there.
    """
    wanted = changes.get("registry")
    if not wanted:
        return None
    logins = await rest.registries()
    if wanted in logins:
        return None
    shown = [f"{clean(key, 40)} ({clean(name, 40)})" for key, name in logins.items()][:SHOWN]
    there = ", ".join(shown) if shown else "none"
    return f"this account has no registry login {clean(str(wanted), 64)}; it has: {there}"
