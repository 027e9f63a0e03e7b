"""The worker: deliveries of the outbox, one consumer a topic."""
