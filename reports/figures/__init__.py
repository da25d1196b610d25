"""Pictures of what a summary tells, each a complete SVG."""
