"""The program: signals and standard streams first, for everything else takes its time to be imported."""

import os
import sys

from calcitrials import interruption

FAILED = 1


def main() -> None:
    """Run the command line, from the first moment on with one line in place of a traceback."""
    try:
        _fill_closed_streams()  # first, for the next file that is opened would get their numbers
        interruption.listen()
        from calcitrials.cli import main as run

        run()
    except BaseException:
        if not interruption.is_interrupted():
            raise
        interruption.say()
        sys.exit(FAILED)


def _fill_closed_streams() -> None:
    """A stream that is closed is opened onto nothing, so that no file of ours gets its number; reading or writing it is
    an error, but for messages, which are lost.
    """
    for number, flags in ((0, os.O_WRONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, flags)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
    # an interpreter whose streams were closed has none
    sys.stdin = sys.stdin or os.fdopen(0, "r", encoding="utf-8", closefd=False)
    sys.stdout = sys.stdout or os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", encoding="utf-8", closefd=False)


if __name__ == "__main__":
    main()
