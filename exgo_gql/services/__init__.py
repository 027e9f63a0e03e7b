"""All writing: a function per business action, in the one transaction of a unit of work."""
