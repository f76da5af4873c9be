"""How many visits the public pages had: online, today, in all."""
