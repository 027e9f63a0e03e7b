"""Pure rules: states, conditions, limits, numbers, messages. No I/O, no ``await``, no framework."""
