"""How are a light and a sound called? The words of the bench for what the node's ring and buzzer do."""

from typing import Final

from hub.words.catalogs import mark

LIGHTS: Final = {
    "green": mark("green"),
    "blue": mark("blue"),
    "white": mark("white"),
    "violet": mark("violet"),
    "cyan": mark("turquoise"),
    "amber": mark("amber"),
    "red": mark("red"),
    "off": mark("dark"),
    "steady": mark("steady"),
    "dim": mark("dim"),
    "breathing": mark("breathing"),
    "spin": mark("turning"),
    "chase": mark("chasing"),
    "sweep": mark("sweeping"),
    "pulse": mark("pulsing"),
    "fast": mark("blinking twice a second"),
    "alternate": mark("in turn"),
    "blink": mark("blinking"),
    "dot": mark("point"),
}
SOUNDS: Final = {
    "1 short": mark("one short beep"),
    "1 short high": mark("one short high beep"),
    "2 short": mark("two short beeps"),
    "2 soft": mark("two soft beeps"),
    "1 long low": mark("one long low beep"),
    "3 long": mark("three long beeps"),
    "1 every 30 s": mark("a beep every 30 s"),
}
