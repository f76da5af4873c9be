"""Measurements of the service on the machine they run on; `make benchmark`, and README.md in this folder."""
