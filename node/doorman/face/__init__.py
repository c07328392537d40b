"""What does the machine say to people? Texts, light and sound of the node."""
