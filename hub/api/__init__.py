"""The REST door, version 1 (/api/v1): parse, one service call, answer. `register` hangs it into the app."""

from hub.api.direct import directly
from hub.api.door import Deps
from hub.api.registering import register
from hub.api.stream import Streams

__all__ = ["Deps", "Streams", "directly", "register"]
