"""What does the hub do at a terminal? One module a command, each with a `main(argv) -> exit code`."""
