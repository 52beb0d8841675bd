"""An interview product: Alvia interviews people by voice, Barbara analyses what they said."""
