"""Paper forms keyed by staff. Batches with serials, and the blind second keying of a sample, will stand here too."""
