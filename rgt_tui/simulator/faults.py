"""What a test may break: answers, bytes on the wire, and SSH.

Knobs are plain attributes, read at each request; set them from any thread.
"""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Faults:
    """HTTP faults. They meet requests whose method and path fit `methods` and `path`.

    With `next_n` set, only that many fitting requests are met; then the knobs fall back.
    """

    status: int | None = None
    """Answers with this status and a problem document."""
    body: bytes | None = None
    """Answers with these bytes instead, whatever they are."""
    content_type: str = "application/json"
    """The type that goes with `body`."""
    headers: dict[str, str] = field(default_factory=dict)
    """Added to a faulty answer, for instance `Retry-After`."""
    black_hole: bool = False
    """Takes the request and never answers."""
    delay_s: float = 0.0
    """Seconds of silence before anything else happens."""
    drop: bool = False
    """Closes the connection without an answer."""
    drip: float | None = None
    """Sends the answer one byte at a time, this many bytes per second."""
    after_acting: bool = False
    """Does what was asked first and only then fails: the ambiguous write."""
    next_n: int | None = None
    """How many fitting requests to meet; None is all."""
    path: str | None = None
    """Meets only paths that begin so."""
    methods: frozenset[str] = frozenset()
    """Meets only these methods; empty is all."""
    met: int = 0
    """How many requests were met so far."""
    log_keepalive_s: float = 15.0
    """Seconds between the comments that keep a log stream open."""
    log_silent: bool = False
    """Log streams send no headers at all."""
    log_withheld: int = 0
    """Newest lines that a live stream never delivers, only a fresh request does."""

    def clear(self) -> None:
        """Sets every knob back."""
        fresh = Faults()
        for name in Faults.__slots__:
            setattr(self, name, getattr(fresh, name))

    def meets(self, method: str, path: str) -> bool:
        """Whether this request is to be broken; counts it if so."""
        if not self._is_armed() or (self.methods and method not in self.methods):
            return False
        if self.path is not None and not path.startswith(self.path):
            return False
        if self.next_n is not None:
            if self.next_n <= 0:
                return False
            self.next_n -= 1
        self.met += 1
        return True

    def _is_armed(self) -> bool:
        return (
            self.status is not None
            or self.body is not None
            or self.black_hole
            or self.delay_s > 0
            or self.drop
            or self.drip is not None
        )
