"""What programs that we start see of the environment: nothing that opens the account.

ssh may send variables on (`SendEnv`), and a framework that loads a hostile file may be made to run
its code: neither is to find a key.
"""

import os
from typing import Final

KEY_VARIABLE: Final = "RUNPOD_API_KEY"
ACCESS_VARIABLE: Final = "RUNPOD_S3_ACCESS_KEY"
SECRET_VARIABLE: Final = "RUNPOD_S3_SECRET_KEY"  # noqa: S105  # the variable's name
URL_VARIABLE: Final = "RGT_TUI_WEBHOOK_URL"
SECRETS: Final = (KEY_VARIABLE, ACCESS_VARIABLE, SECRET_VARIABLE, URL_VARIABLE)
"""Variables this program reads secrets from; what else the person has there is the person's own."""


def handed_down() -> dict[str, str]:
    """This environment without the variables whose values are secrets."""
    return {name: value for name, value in os.environ.items() if name not in SECRETS}
