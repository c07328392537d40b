"""What does the house do? One file per task; a service is a function of a transaction."""
