"""What hub and node must agree on: pure, standard library only, no clock, no I/O, no logging."""
