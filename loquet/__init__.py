"""The command `loquet`, the demo with its bench, and the models of chip and pins."""
