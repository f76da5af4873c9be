"""What the managers' pages of this slice are registered on."""

from flask import Blueprint

blueprint = Blueprint("ratings", "feedback_app.ratings", template_folder="templates", url_prefix="/quan-ly")
