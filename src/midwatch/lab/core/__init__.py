"""What every part of the simulated cluster stands on: time, objects, the store, the write path, work queues."""
