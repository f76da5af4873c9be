"""The reform article, its bound figures, and other news."""
