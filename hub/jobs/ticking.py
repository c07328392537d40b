"""Who looks at the timetable? APScheduler, once a second, in the process that leads."""

from apscheduler.schedulers.background import BackgroundScheduler

from hub.jobs.timetable import Timetable
from hub.ports import Clock
from hub.ports.leading import Leading

TICK_S = 1  # parts.md: one tick job a second that calls `due(now)`


class Ticker:
    """Runs a timetable on the clock's time for as long as this process leads."""

    def __init__(self, timetable: Timetable, clock: Clock, leader: Leading) -> None:
        """Nothing ticks before `start`; a leap of the clock is looked at without waiting for the next tick."""
        self._timetable, self._clock, self._leader = timetable, clock, leader
        self.led = False  # at the last tick
        self._scheduler = BackgroundScheduler(timezone="UTC")
        self._scheduler.add_job(
            self.tick, "interval", seconds=TICK_S, max_instances=1, coalesce=True, misfire_grace_time=None
        )
        clock.on_leap(self.tick)

    def start(self) -> None:
        """Begin."""
        self._scheduler.start()

    def stop(self) -> None:
        """End; a job that runs is finished first."""
        self._scheduler.shutdown()
        self._leader.resign()

    def tick(self) -> None:
        """Do what is due now, if this process leads."""
        self.led = self._leader.leads()
        if self.led:
            self._timetable.due(self._clock.wall())
