"""The two programs beside a machine: the keeper owns power, the doorman owns people."""
