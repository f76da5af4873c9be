"""What the managers' pages of this slice are registered on."""

from flask import Blueprint

blueprint = Blueprint("exclusions", "feedback_app.exclusions", template_folder="templates", url_prefix="/quan-ly")
