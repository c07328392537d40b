"""Which badge lies on the reader? The mfrc522 package behind a fence, and the polling of it."""
