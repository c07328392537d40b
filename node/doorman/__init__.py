"""Who is at the machine, and may they? Reader, display, decision, link to the hub; never the power itself."""
