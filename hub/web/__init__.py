"""What do people see? Blueprints of pages; each route parses, calls one service, and answers."""
