"""`python -m rgt_tui.simulator`: the simulated account without the console."""

import argparse
import sys

from rgt_tui.simulator.serving import serve


def main() -> int:
    """Reads the options and serves."""
    parser = argparse.ArgumentParser(prog="python -m rgt_tui.simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="HTTP port on 127.0.0.1; 0: any")
    parser.add_argument("--pods", type=int, help="this many generated Pods")
    parser.add_argument("--seed", type=int, default=1, help="makes ids and figures repeatable")
    parser.add_argument("--scenario", action="append", default=[], help="a story; repeatable")
    parser.add_argument("--speed", type=float, default=1.0, help="world seconds per real second")
    options = parser.parse_args()
    try:
        return serve(
            options.port,
            options.pods,
            options.seed,
            scenarios=options.scenario,
            speed=options.speed,
        )
    except (ValueError, OSError) as error:
        parser.error(str(error))


if __name__ == "__main__":
    sys.exit(main())
