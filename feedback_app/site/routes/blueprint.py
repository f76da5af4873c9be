"""What the public pages of this slice are registered on."""

from flask import Blueprint

blueprint = Blueprint("site", "feedback_app.site", template_folder="templates")
