"""How does the doorman reach its hub? Over MQTT, by paho; the ends remember, the broker only carries."""

from node.doorman.link.paho_link import PahoLink, Way, tls_context

__all__ = ["PahoLink", "Way", "tls_context"]
