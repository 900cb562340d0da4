"""The SDK model: its format, and the proof of parity inside it."""
