"""The only place that knows a topic or a byte on the wire."""
