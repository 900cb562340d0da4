"""A segmentor of digits on photographs."""
