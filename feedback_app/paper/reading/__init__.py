"""Reading marks from images of numbered forms. Pure: arrays in, values out; no database, no web, no clock."""
