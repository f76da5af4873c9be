"""Where pages of keying keep unsent forms in the browser."""

import hmac
from base64 import b64encode

from feedback_app.kit.web import settings
from feedback_app.staff.access import current_member


def vault() -> dict[str, str]:
    """What the page keeps unsent forms under in the browser, and the key it keeps them with.

    Office computers are shared: another account finds neither, and cannot read what lies there.
    """
    member_id = current_member().id
    secret = hmac.digest(settings().secret_key.encode(), f"unsent forms {member_id}".encode(), "sha256")
    return {"name": f"keying:{member_id}", "key": b64encode(secret).decode()}
