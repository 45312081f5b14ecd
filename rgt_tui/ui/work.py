"""What keys ask of the jobs in the engine."""

from rgt_tui.actions import Begin, CancelJob, DismissJob
from rgt_tui.ui.feed import Feed


def do_job(feed: Feed, outcome: Begin | CancelJob | DismissJob) -> str:
    """Asks the engine; gives what to say of it, empty when the screen shows it anyhow."""
    match outcome:
        case Begin(order=order):
            feed.begin(order)
            return f"asked for: {order.what}; 7 shows the jobs"
        case CancelJob(number=number):
            feed.cancel(number)
            return f"job {number} is being cancelled"
        case DismissJob(number=number):
            feed.dismiss(number)
            return ""
