"""How many dossiers each department handled."""
