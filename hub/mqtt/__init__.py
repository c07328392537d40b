"""How does the hub speak with its nodes? The gateway: MQTT on one side, services on the other."""
