"""A pose detector of stick figures on photographs."""
