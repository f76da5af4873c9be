"""From daily tallies to periods to ratings; publication and exports."""
