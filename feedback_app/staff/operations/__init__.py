"""What changes accounts, keys of other systems and the audit trail. Nothing here commits."""

from feedback_app.staff.operations.accounts import (
    FAILURES_BEFORE_LOCK,
    LOCK,
    BadName,
    BadUsername,
    LastAdministrator,
    SignedIn,
    SignInRefused,
    activate,
    add_member,
    change_password,
    deactivate,
    deactivate_demonstration,
    reset_password,
    set_role,
    sign_in,
    sign_out,
    unlock,
)
from feedback_app.staff.operations.keys import KeyNotFound, add_key, revoke_key, use_key
from feedback_app.staff.operations.passwords import (
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    BadPassword,
    generate_password,
)
from feedback_app.staff.operations.trail import record

__all__ = [
    "FAILURES_BEFORE_LOCK",
    "LOCK",
    "LONGEST_PASSWORD",
    "SHORTEST_PASSWORD",
    "BadName",
    "BadPassword",
    "BadUsername",
    "KeyNotFound",
    "LastAdministrator",
    "SignInRefused",
    "SignedIn",
    "activate",
    "add_key",
    "add_member",
    "change_password",
    "deactivate",
    "deactivate_demonstration",
    "generate_password",
    "record",
    "reset_password",
    "revoke_key",
    "set_role",
    "sign_in",
    "sign_out",
    "unlock",
    "use_key",
]
