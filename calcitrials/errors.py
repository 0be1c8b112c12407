"""Errors that end a command: one clear line on stderr, and the exit status that says which kind."""

FAILED = 1
"""Failed or incomplete; what was received is kept."""
WRONG_USAGE = 2


class CommandError(Exception):
    """An error to tell the user in one line. exit_status: FAILED or WRONG_USAGE."""

    def __init__(self, message: str, exit_status: int = FAILED) -> None:
        super().__init__(message)
        self.exit_status = exit_status
