"""The hub: assigns slots, keeps certificates, carries decisions to the nodes."""
