"""What does a tablet beside the machine show? The same moment as the display, with room: a page of the node's own."""
