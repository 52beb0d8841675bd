"""The OpenAI SDK's clients: what passes over their HTTP is read there, and the SDK's own objects stay as they are."""
