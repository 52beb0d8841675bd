"""The google-genai wrapper: its hooks on the wire, and what it reads there. Loaded when a client is wrapped."""
