"""A whole fictional lab on one machine, to be looked at and played with: `loquet demo`."""
