"""Forms of the paper desk."""
