"""Who is rated: the dated tree of departments, its places, counters and procedure fields."""
