"""What usage tracking adds to a call: ours beside OpenTelemetry's, OpenInference's, Langfuse's and none at all."""
