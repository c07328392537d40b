"""The program that owns power: relay, extraction, contacts, timers and the journal. No network, no reader."""
