"""The one-page briefing about an area."""
