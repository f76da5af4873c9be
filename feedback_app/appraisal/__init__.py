"""Points of single officers by quarter: shown to the officer and to those who manage them, contested, never public."""
