"""A restorer of photographs."""
