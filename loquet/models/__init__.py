"""Models of parts: chip, cards and pins as the real libraries see them, for bench and tests."""
