"""A detector and a recogniser of text on photographs."""
