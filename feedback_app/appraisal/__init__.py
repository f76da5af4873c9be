"""Points of single officers by quarter and year: for the officer and those who manage them, contested, never public."""
