"""Kiosks: devices in the hall that ask one person after another."""
