import pytest

from tests.triage.texts import codes


@pytest.mark.parametrize(
    "text",
    [
        "chown: changing ownership of '/workspace/data': Operation not permitted",
        "tar: x: Cannot change ownership to uid 0, gid 0: Operation not permitted",
        'rsync: chgrp "/workspace/x" failed: Operation not permitted (1)',
        'initdb: error: could not change permissions of directory "/workspace/pg": Operation not permitted',
        'FATAL:  data directory "/workspace/pg" has wrong ownership',
        "PermissionError: [Errno 1] Operation not permitted: chown '/workspace/x'",
    ],
)
def test_text_that_shows_it_is_rp33(text: str) -> None:
    assert "RP33" in codes(text)
