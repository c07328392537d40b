"""What happens by itself, and when? A timetable, one leader, one tick a second."""
