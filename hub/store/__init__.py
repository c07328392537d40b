"""Where does the hub remember? SQLAlchemy lives here alone."""
