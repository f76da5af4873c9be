"""Questionnaires and their versions; responses; the kiosk, QR and web forms."""
