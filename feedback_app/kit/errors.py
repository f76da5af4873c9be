"""The four ways an action can be refused; app.py alone turns them into HTTP statuses.

Slices subclass these beside the function that raises them.
"""


class Refused(Exception):
    """Base of the four; `message` is shown to the person, in their language."""

    def __init__(self, message: str = "", *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class Invalid(Refused):
    """What was sent breaks a rule; `field` names the input to mend."""


class NotFound(Refused):
    """There is no such thing, or the asker must not learn that there is."""


class NotAllowed(Refused):
    """The asker is known and may not do this."""


class Conflict(Refused):
    """It contradicts what is already stored."""
