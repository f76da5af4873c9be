"""The one blueprint that every page of the desk stands on."""

from flask import Blueprint

blueprint = Blueprint("paper", __name__, template_folder="../templates")
