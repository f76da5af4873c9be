"""Public pages that show several capabilities together: home, results, one department."""
