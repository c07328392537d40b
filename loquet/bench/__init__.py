"""How does the demo's time leap, and how are badges, cables and mains moved by hand? Demo only."""
