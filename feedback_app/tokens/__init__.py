"""Tokens of dossiers: that a dossier was answered for at a stage, and nothing that leads from there to the answer."""
