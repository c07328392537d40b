"""The third program of a node, only where configured: plugs, and printers that say that they print."""
