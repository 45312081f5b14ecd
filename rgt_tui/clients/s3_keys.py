"""Where the pair for the S3 interface comes from. It is optional, and not the API key.

In this order: `RUNPOD_S3_ACCESS_KEY` with `RUNPOD_S3_SECRET_KEY`, then the profile `runpod` of the
file that the AWS tools read, `AWS_SHARED_CREDENTIALS_FILE` or `~/.aws/credentials`. RunPod's own
pages (storage/s3-api, read 2026-08-20) put the pair into that file. The `default` profile is not
looked at: it would send somebody's AWS key to another company.
"""

import configparser
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from rgt_tui import places
from rgt_tui.clients.handed_down import ACCESS_VARIABLE, SECRET_VARIABLE
from rgt_tui.clients.s3 import S3Keys
from rgt_tui.domain.errors import NoCredentials
from rgt_tui.domain.secret import Secret

ENDPOINT_VARIABLE: Final = "RUNPOD_S3_ENDPOINT_URL"
"""Overrides the endpoint of every data center; for tests."""
HIDDEN_VARIABLE: Final = "RGT_TUI_S3_HIDDEN"
"""Set while the demo hides the person's own key; a key would not help there."""
PROFILE: Final = "runpod"
LARGEST_FILE: Final = 64 * 1024
MISSING: Final = (
    "No S3 key: make one in the RunPod console (Settings, S3 API Keys), then set "
    f"{ACCESS_VARIABLE} and {SECRET_VARIABLE}, or add it as profile [{PROFILE}] to ~/.aws/credentials."
)

NO_DEMO: Final = "The simulated account has no S3 interface."
NO_DEMO_HINT: Final = (
    "Without --demo, browse reads the network volumes of your own account, with an S3 key of yours. "
    "In the demo, `rgt-tui --demo checkpoints train-a` shows what lies on nv-eu-01, over SSH."
)


def no_s3_key(environment: Mapping[str, str] = os.environ) -> NoCredentials:
    """The error where there is no pair: where to get one, or why none would help."""
    if environment.get(HIDDEN_VARIABLE):
        return NoCredentials(NO_DEMO, hint=NO_DEMO_HINT)
    return NoCredentials("The S3 interface needs a key of its own.", hint=MISSING)


def find_s3_keys(environment: Mapping[str, str] = os.environ) -> S3Keys | None:
    """The pair; None when there is none, which is normal."""
    access = environment.get(ACCESS_VARIABLE, "").strip()
    secret = environment.get(SECRET_VARIABLE, "").strip()
    if access and secret:
        return S3Keys(access=access, secret=Secret(secret), source=ACCESS_VARIABLE)
    return _from_file(environment)


def _from_file(environment: Mapping[str, str]) -> S3Keys | None:
    named = environment.get("AWS_SHARED_CREDENTIALS_FILE", "").strip()
    path = Path(named) if named else Path(places.home()) / ".aws" / "credentials"
    parser = configparser.RawConfigParser()
    try:
        content, _ = places.read_regular(path, LARGEST_FILE)
        parser.read_string(content.decode("utf-8"))
        access = parser.get(PROFILE, "aws_access_key_id").strip()
        secret = parser.get(PROFILE, "aws_secret_access_key").strip()
    except (OSError, UnicodeDecodeError, configparser.Error):
        return None
    if not access or not secret:
        return None
    return S3Keys(access=access, secret=Secret(secret), source=f"profile [{PROFILE}] of {path}")
