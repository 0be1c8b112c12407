"""``python -m crawler.samples``: one stand-in in the foreground, for benches and for a look by hand.

The first line on stdout is its base url.
"""

import argparse
from contextlib import suppress
from pathlib import Path

from crawler.samples.server import base_url, http_server, listen, stand_ins


def main() -> None:
    """Serve one stand-in until interrupted; a wrong option or file is one line on stderr, exit status 2."""
    known = stand_ins()
    parser = argparse.ArgumentParser(prog="python -m crawler.samples", description="Serve a sample registry.")
    parser.add_argument("--registry", choices=sorted(known), default="ctgov", help="default: %(default)s")
    parser.add_argument("--port", type=int, default=0, help="default: a free port")
    parser.add_argument("--records", type=Path, metavar="FILE", help="serve these records, not the bundled ones")
    options = parser.parse_args()
    stand_in = known[options.registry]
    try:
        application = stand_in.application(options.records)
        listener = listen(options.port)
    except (OSError, OverflowError, ValueError) as error:
        parser.error(str(error))
    with listener, suppress(KeyboardInterrupt):
        print(base_url(stand_in, listener), flush=True)
        http_server(application).run(sockets=[listener])


if __name__ == "__main__":
    main()
