"""What keys ask of the jobs in the engine."""

from collections.abc import Callable

from rgt_tui.actions import Begin, CancelJob, DismissJob
from rgt_tui.ui.feed import Feed


def do_job(feed: Feed, outcome: Begin | CancelJob | DismissJob, say: Callable[[str], None]) -> None:
    """Asks the engine, and says so where the screen does not show it anyhow."""
    match outcome:
        case Begin(order=order):
            feed.begin(order)
            say(f"asked for: {order.what}; 7 shows the jobs")
        case CancelJob(number=number):
            feed.cancel(number)
            say(f"job {number} is being cancelled")
        case DismissJob(number=number):
            feed.dismiss(number)
