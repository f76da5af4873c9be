"""Reads of the paper desk."""
