"""How are the ports kept in tables? One book per subject, each over one connection."""
