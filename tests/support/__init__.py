"""What tests share: real services, waiting, worker processes."""
