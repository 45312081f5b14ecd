"""Opens packets that carry data without the copies that asyncssh makes of each.

asyncssh cuts a packet out of what has come in nine steps, and each copies it or all that follows it:
half of the time that this end of a pull took. Here it is decrypted where it lies, and copied once. Only
data under AES-GCM is taken; all else, and whatever is amiss, is left in its place for asyncssh to judge.

That needs inner parts of asyncssh, so it is done only with versions whose inner parts were read.
"""

# ruff: noqa: SLF001

from typing import Any, Final

import asyncssh
from asyncssh.encryption import GCMEncryption
from asyncssh.packet import SSHPacket
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

READ: Final = ("2.24.1",)
"""Versions of asyncssh that this was written for. Others, also those that mend one of these, do it in
their own way: what they may have learned to refuse is not let in here."""
_DATA: Final = 94
"""SSH_MSG_CHANNEL_DATA (RFC 4254, 5.2)."""
_LENGTH: Final = 4
_TAG: Final = 16
_LEAST: Final = 14
"""Bytes of the shortest: length of the padding, kind, channel, length of the data, 4 of padding."""


def open_quickly(connection: asyncssh.SSHClientConnection) -> None:
    """From the next packet on."""
    if asyncssh.__version__ in READ:
        within: Any = connection
        within._recv_pkthdr = _Opener(within)


class _Opener:
    """Stands in for a connection's `_recv_pkthdr`, which is called where a packet begins."""

    def __init__(self, connection: Any) -> None:
        self._connection: Final = connection
        self._begin: Final = connection._recv_pkthdr
        self._cipher: Any = None
        self._key: AESGCM
        self._plain = memoryview(bytearray())

    def __call__(self) -> bool:
        """Takes packets as long as they are data and whole; says whether asyncssh is to go on."""
        connection = self._connection
        encryption = connection._recv_encryption
        if type(encryption) is not GCMEncryption or connection._decompressor:
            return bool(self._begin())
        if self._cipher is not encryption._cipher:  # new keys
            self._cipher = encryption._cipher
            self._key = AESGCM(self._cipher._key)
        came = connection._inpbuf
        view, at = memoryview(came), 0
        while (end := at + self._length(view[at:])) <= len(view) and self._takes(view[at:end]):
            at = end
        connection._inpbuf = came[at:]
        return end <= len(view) and bool(self._begin())

    def _length(self, came: memoryview) -> int:
        """Bytes of the packet that begins here, more than there are where that is not known yet.

        0 where it is too long: asyncssh refuses it, nobody waits for it.
        """
        length = int.from_bytes(came[:_LENGTH], "big") if len(came) >= _LENGTH else 0
        if length > self._connection._max_recv_pktlen:
            return 0
        return _LENGTH + length + _TAG

    def _takes(self, packet: memoryview) -> bool:
        """Gives a packet's data to its channel, if it is such a packet."""
        plain = self._decrypted(packet) if packet else packet
        if len(plain) < _LEAST or plain[1] != _DATA:
            return False
        connection = self._connection
        channel = connection._channels.get(int.from_bytes(plain[2:6], "big"))
        string = plain[6 : -plain[0]]
        if channel is None or int.from_bytes(string[:4], "big") != len(string) - 4:
            return False
        self._cipher._update_iv()
        number = connection._recv_seq
        connection._recv_seq = (number + 1) & 0xFFFFFFFF
        channel.process_packet(_DATA, number, _Data(string))
        return True

    def _decrypted(self, packet: memoryview) -> memoryview:
        """What a packet says, until the next is decrypted; nothing where it cannot be."""
        length = len(packet) - _LENGTH - _TAG
        if length > len(self._plain):
            self._plain = memoryview(bytearray(length))
        plain = self._plain[:length]
        try:
            self._key.decrypt_into(self._cipher._iv, packet[_LENGTH:], packet[:_LENGTH], plain)
        except InvalidTag:
            return plain[:0]
        return plain


class _Data(SSHPacket):
    """Its string is copied out of a buffer that will hold another packet."""

    def __init__(self, string: memoryview) -> None:
        super().__init__(string)  # type: ignore[arg-type]  # it is cut, measured, nothing else

    def get_string(self) -> bytes:
        return bytes(super().get_string())
