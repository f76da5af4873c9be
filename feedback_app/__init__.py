"""The map of the code is drawn in this file when the slices stand."""
