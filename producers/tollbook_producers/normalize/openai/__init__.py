"""OpenAI and everything that speaks its language: xAI, Azure, gateways."""
