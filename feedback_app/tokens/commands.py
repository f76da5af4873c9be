"""At which step of a dossier people are asked."""

from typing import Final, Literal, get_args

Stage = Literal["received", "supplement", "refused", "returned"]
STAGES: Final[tuple[Stage, ...]] = get_args(Stage)
# What a code without a stage stands for: most people are asked once they hold the result.
USUAL_STAGE: Stage = "returned"
# A code that came along is known to the one-stop system, or nobody has said so.
Verification = Literal["verified", "unverified"]
