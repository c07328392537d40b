"""Plugs and printers that answer as the real ones do, written from their makers' documentation alone."""

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion


class HandClock:
    """Stands still until told."""

    def __init__(self):
        self.ms = 1_000_000

    def monotonic_ms(self):
        return self.ms

    def wall(self):
        raise AssertionError("nothing here is dated")

    def wait_until(self, condition, due_ms, beat_ms):
        condition.wait(0)

    def on_leap(self, wake):
        pass


class Socket:
    """What every plug has: a relay, a load of 60 W, and a timer of its own that opens the relay."""

    def __init__(self, clock):
        self.clock = clock
        self.on = False
        self.load_w = 60.0
        self.ends_ms = None
        self.times_on = 0
        self.returns_on = True  # after a power cut, as it was before: what many plugs do from the shelf
        self.takes_settings = True

    def cut_mains(self):
        """The mains fail and come back."""
        was_on = self.on
        self.turn(on=False)
        if was_on and self.returns_on:
            self.turn(on=True)

    def stay_off(self):
        """Its owner's wish for the return of the mains."""
        self.returns_on = self.returns_on and not self.takes_settings

    def turn(self, on, timer_s=None):
        if on and not self.on:
            self.times_on += 1
        self.on = on
        self.ends_ms = self.clock.ms + round(timer_s * 1000) if on and timer_s else None

    def tick(self):
        """Let the plug's own timer do its work; True when it has switched."""
        if self.ends_ms is not None and self.clock.ms >= self.ends_ms:
            self.turn(on=False)
            return True
        return False

    @property
    def watts(self):
        return self.load_w if self.on else 0.0


class Gen2Plug(Socket):
    """A Shelly Plus plug under the prefix `shellyplusplugs-aa`."""

    prefix = "shellyplusplugs-aa"

    def listens(self):
        return (f"{self.prefix}/rpc",)

    def hello(self):
        return [(f"{self.prefix}/online", "true", True)]

    def take(self, topic, payload):
        call = json.loads(payload)
        params = call["params"]
        told = []
        if call["method"] == "Switch.Set":
            result = {"was_on": self.on}
            self.turn(params["on"], params.get("toggle_after"))
            told.append(self._notify())
        elif call["method"] == "Switch.GetStatus":
            result = self.status()
        elif call["method"] == "Switch.SetConfig":
            assert params["config"] == {"initial_state": "off", "auto_on": False}
            self.stay_off()
            result = {"restart_required": False}
        elif call["method"] == "Switch.GetConfig":
            result = self.config()
        else:
            result = None
        answer = {"id": call["id"], "src": self.prefix, "dst": call["src"]}
        missing = {"error": {"code": 404, "message": f"No handler for {call['method']}"}}
        answer |= missing if result is None else {"result": result}
        return [(f"{call['src']}/rpc", json.dumps(answer), False), *told]

    def config(self):
        return {
            "id": 0,
            "name": None,
            "initial_state": "restore_last" if self.returns_on else "off",
            "auto_on": False,
            "auto_on_delay": 60.0,
            "auto_off": False,
            "auto_off_delay": 60.0,
            "power_limit": 2500,
            "voltage_limit": 280,
            "autorecover_voltage_errors": False,
            "current_limit": 12.0,
        }

    def status(self):
        status = {
            "id": 0,
            "source": "MQTT",
            "output": self.on,
            "apower": self.watts,
            "voltage": 230.1,
            "current": round(self.watts / 230, 3),
            "aenergy": {"total": 12.5, "by_minute": [0.0, 0.0, 0.0], "minute_ts": 1_700_000_000},
            "temperature": {"tC": 41.2, "tF": 106.2},
        }
        if self.ends_ms is not None:
            status |= {"timer_started_at": 1_700_000_000.12, "timer_duration": 300.0}
        return status

    def spontaneous(self):
        return [self._notify()]

    def _notify(self):
        changed = {"id": 0, "output": self.on, "source": "timer"}
        notice = {"src": self.prefix, "dst": f"{self.prefix}/events", "method": "NotifyStatus"}
        return (f"{self.prefix}/events/rpc", json.dumps(notice | {"params": {"switch:0": changed}}), False)


class Gen1Plug(Socket):
    """A Shelly Plug S under `shellies/shellyplug-s-bb`; `get` is its HTTP side."""

    prefix = "shellies/shellyplug-s-bb"

    def listens(self):
        return (f"{self.prefix}/relay/0/command", f"{self.prefix}/command")

    def hello(self):
        return [(f"{self.prefix}/online", "true", True)]

    def take(self, topic, payload):
        if topic.endswith("/relay/0/command"):
            self.turn({"on": True, "off": False}[payload])
        else:
            assert payload == "update"
        return self.spontaneous()

    def spontaneous(self):
        return [
            (f"{self.prefix}/relay/0", "on" if self.on else "off", False),
            (f"{self.prefix}/relay/0/power", f"{self.watts:.2f}", False),
        ]

    def get(self, path):
        place = urlsplit(path)
        asked = parse_qs(place.query)
        if place.path == "/settings/relay/0":
            assert asked == {"default_state": ["off"], "auto_on": ["0"]}
            self.stay_off()
            kept = "last" if self.returns_on else "off"
            return {"name": None, "ison": self.on, "default_state": kept, "auto_on": 0, "auto_off": 0}
        assert place.path == "/relay/0"
        if "turn" in asked:
            self.turn(asked["turn"][0] == "on", float(asked.get("timer", ["0"])[0]))
        timed = self.ends_ms is not None
        return {
            "ison": self.on,
            "has_timer": timed,
            "timer_started": 1_700_000_000 if timed else 0,
            "timer_duration": 300 if timed else 0,
            "timer_remaining": 300 if timed else 0,
            "overpower": False,
            "source": "http",
        }


class TasmotaPlug(Socket):
    """A plug with Tasmota under the topic `printer_plug`."""

    topic = "printer_plug"

    def __init__(self, clock):
        super().__init__(clock)
        self.pulse = 0

    def listens(self):
        return (f"cmnd/{self.topic}/+",)

    def hello(self):
        return [(f"tele/{self.topic}/LWT", "Online", True)]

    def take(self, topic, payload):
        command = topic.rsplit("/", 1)[1].upper()
        if command == "POWER1":
            if payload:
                self.turn({"ON": True, "OFF": False}[payload.upper()], self.pulse_s())
            return self.spontaneous()
        if command == "PULSETIME1":
            if payload:
                self.pulse = int(payload)
                self.ends_ms = self.clock.ms + round(self.pulse_s() * 1000)  # it runs from here on, on or off
            left_ms = 0 if self.ends_ms is None else self.ends_ms - self.clock.ms
            left = left_ms // 1000 + 100 if left_ms > 11_100 else left_ms // 100  # coded as it was set
            return [self._result({"PulseTime1": {"Set": self.pulse, "Remaining": left}})]
        if command == "POWERONSTATE":
            self.stay_off()
            return [self._result({"PowerOnState": 3 if self.returns_on else 0})]
        if (command, payload) != ("STATUS", "8"):
            return [self._result({"Command": "Unknown"})]
        sensors = {"Time": "2026-11-24T10:00:00", "ENERGY": {"Total": 3.2, "Power": round(self.watts)}}
        return [(f"stat/{self.topic}/STATUS8", json.dumps({"StatusSNS": sensors}), False)]

    def pulse_s(self):
        return self.pulse / 10 if self.pulse <= 111 else self.pulse - 100

    def spontaneous(self):
        word = "ON" if self.on else "OFF"
        return [self._result({"POWER": word}), (f"stat/{self.topic}/POWER", word, False)]

    def _result(self, result):
        return (f"stat/{self.topic}/RESULT", json.dumps(result), False)


class OnTheBroker:
    """One of the plugs above, as a client of a real broker."""

    def __init__(self, broker, plug, user, password):
        self.plug = plug
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=user)
        self.client.username_pw_set(user, password)
        self.ready = threading.Event()
        self.moved = threading.Condition()
        self.client.on_connect = lambda *_: self.client.subscribe([(one, 0) for one in plug.listens()])
        self.client.on_subscribe = self._subscribed
        self.client.on_message = self._message
        self.client.connect(broker.host, broker.port)
        self.client.loop_start()
        assert self.ready.wait(10)

    def _subscribed(self, *_):
        self._say(self.plug.hello())
        self.ready.set()

    def _message(self, _client, _data, packet):
        with self.moved:
            told = self.plug.take(packet.topic, packet.payload.decode())
            self.moved.notify_all()
        self._say(told)

    def until(self, holds):
        with self.moved:
            assert self.moved.wait_for(lambda: holds(self.plug), 15)

    def _say(self, messages):
        for topic, payload, retain in messages:
            self.client.publish(topic, payload, qos=0, retain=retain)

    def end(self):
        self.client.disconnect()
        self.client.loop_stop()


@contextlib.contextmanager
def serving(answer):
    """A web server on loopback; `answer(path, headers)` gives (status, object) or bytes to send slowly; more headers third."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            status, body, *more = answer(self.path, self.headers)
            text = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            for name, value in more[0] if more else ():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
