"""The managers' pages: the departments they answer for, in one period, and the same as files."""

from flask import Blueprint

blueprint = Blueprint("ratings", __name__, template_folder="templates", url_prefix="/quan-ly")
